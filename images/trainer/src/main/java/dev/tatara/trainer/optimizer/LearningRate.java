package dev.tatara.trainer.optimizer;

import dev.tatara.config.run.OptimizerConfig;

/** Linear warm-up, then half a cosine down to the final share of the peak. */
public final class LearningRate {
  private final double peak;
  private final double floor;
  private final int warmup;
  private final int steps;

  public LearningRate(OptimizerConfig config, int steps) {
    this.peak = config.learningRate();
    this.floor = config.finalLearningRate();
    this.warmup = (int) Math.round(config.warmup() * steps);
    this.steps = steps;
  }

  /**
   * The rate of a step.
   *
   * @param step counted from 0
   */
  public double at(int step) {
    if (step < warmup) {
      return peak * (step + 1) / warmup;
    }
    double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
    return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
  }
}
