package dev.tatara.trainer.optimizer;

import dev.tatara.config.run.OptimizerConfig;

/**
 * Linear warm-up to the peak, then down to the final share of it: by half a cosine, a straight
 * line, or after a long stretch at the peak (WSD; Hu et al., arXiv 2404.06395; the form 1 − √ after
 * Hägele et al., arXiv 2405.18392). After the warm-up the same multipliers as in Hugging Face
 * transformers.
 */
public final class LearningRate {
  private final OptimizerConfig config;
  private final int warmup;
  private final int steps;

  public LearningRate(OptimizerConfig config, int steps) {
    this.config = config;
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
      return config.learningRate() * (step + 1) / warmup;
    }
    double floor = config.finalLearningRate();
    return config.learningRate() * (floor + (1 - floor) * height(step));
  }

  /** From 1 at the peak to 0 behind the last step. */
  private double height(int step) {
    return switch (config.schedule()) {
      case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress(step, warmup)));
      case LINEAR -> 1 - progress(step, warmup);
      case WSD -> 1 - progress(step, decayBegin());
      case WSD_SQRT -> 1 - Math.sqrt(progress(step, decayBegin()));
    };
  }

  private int decayBegin() {
    return Math.max(warmup, steps - (int) Math.round(config.decay() * steps));
  }

  private double progress(int step, int begin) {
    return Math.max(0, (double) (step - begin) / Math.max(1, steps - begin));
  }
}
