package dev.tatara.trainer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.TrainingState;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.objective.Objective;
import dev.tatara.trainer.optimizer.AdamW;
import dev.tatara.trainer.optimizer.LearningRate;
import dev.tatara.trainer.order.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One optimizer step of a gang: each rank computes its samples of the global batch, the gradients
 * are summed and scattered, each rank updates its range of the parameters, and the ranges are
 * gathered again (ZeRO stage 1; Rajbhandari et al., arXiv 1910.02054).
 */
final class TrainingStep {
  private static final double CLIP_EPSILON = 1e-6;
  private static final long NORM_STRETCH = 1 << 14;

  private final TrainTask task;
  private final Gang gang;
  private final Llama model;
  private final Objective objective;
  private final AdamW optimizer;
  private final LearningRate learningRate;
  private final StepClock clock = new StepClock();

  /** First element of this rank's range of the flat buffers. */
  private final long begin;

  private final Tensor ownParameters;
  private final Tensor ownGradients;

  /**
   * What a step came to, the same on all ranks.
   *
   * @param stop a rank was asked to go
   * @param save rank 0 wants a checkpoint
   */
  record Outcome(StepReport report, boolean stop, boolean save) {}

  TrainingStep(TrainTask task, Gang gang, Llama model, Objective objective) {
    this.task = task;
    this.gang = gang;
    this.model = model;
    this.objective = objective;
    this.learningRate = new LearningRate(task.optimizer(), task.steps());
    Parameters parameters = model.parameters();
    long range = parameters.layout().rangeSize(gang.size());
    begin = gang.rank() * range;
    ownParameters = parameters.flat().narrow(0, begin, range);
    ownGradients = gang.size() == 1 ? parameters.gradients() : torch_zeros(range);
    long decayed = Math.min(range, Math.max(0, parameters.layout().decayed() - begin));
    optimizer = new AdamW(task.optimizer(), range, decayed);
  }

  /** This rank's part of what a checkpoint holds. */
  TrainingState state() {
    return new TrainingState(
        begin, ownParameters, optimizer.firstMoment(), optimizer.secondMoment());
  }

  /** Spreads parameters that were restored by range. */
  void gatherParameters() {
    gang.gather(model.parameters().flat(), ownParameters);
  }

  /** Forgets the part of a step that was broken off. */
  void clearGradients() {
    model.parameters().gradients().zero_();
  }

  /** As before the first step. */
  void clearMoments() {
    optimizer.firstMoment().zero_();
    optimizer.secondMoment().zero_();
  }

  /** Does the step on the samples of an order in which nothing is skipped. */
  Outcome run(int step, boolean stop) {
    return run(step, new Batches(task.batch(), List.of()).samples(step), stop, false);
  }

  /**
   * Does the step. Where the loss or the gradient is no number, nothing is updated.
   *
   * @param step counted from 0
   * @param samples of the global batch
   * @param stop this rank was asked to go
   * @param save this rank wants a checkpoint
   */
  Outcome run(int step, long[] samples, boolean stop, boolean save) {
    clock.start();
    try (PointerScope scope = new PointerScope()) {
      Objective.Sums own = compute(step, samples);
      clock.lap("compute");
      Totals totals;
      try (NoGradGuard guard = new NoGradGuard()) {
        gang.sumScattered(ownGradients, model.parameters().gradients());
        totals = exchange(own, squaredNorm(ownGradients), stop, save);
        clock.lap("reduce");
        double rate = learningRate.at(step);
        if (!totals.finite()) {
          clearGradients();
          return new Outcome(totals.report(step, rate, clock.total()), totals.stop(), false);
        }
        ownGradients.mul_(new Scalar(totals.scale(task.optimizer().clip())));
        optimizer.update(ownParameters, ownGradients, step + 1, rate);
        model.parameters().gradients().zero_();
        clock.lap("update");
        gang.gather(model.parameters().flat(), ownParameters);
        clock.lap("gather");
        return new Outcome(totals.report(step, rate, clock.total()), totals.stop(), totals.save());
      }
    }
  }

  /** This rank's samples of the global batch, in micro-batches. */
  private Objective.Sums compute(int step, long[] samples) {
    long first = (long) step * samples.length;
    List<Long> mine = new ArrayList<>();
    for (int place = 0; place < samples.length; place++) {
      if ((first + place) % gang.size() == gang.rank()) {
        mine.add(samples[place]);
      }
    }
    Objective.Sums sums = Objective.Sums.NONE;
    for (int i = 0; i < mine.size(); i += task.microBatch()) {
      int end = Math.min(mine.size(), i + task.microBatch());
      long[] indices = mine.subList(i, end).stream().mapToLong(Long::longValue).toArray();
      sums = sums.plus(objective.accumulate(model, indices));
    }
    return sums;
  }

  /** In double precision over stretches: one long sum of floats is off by 5e-5. */
  private static double squaredNorm(Tensor values) {
    double sum = 0;
    for (long begin = 0; begin < values.numel(); begin += NORM_STRETCH) {
      Tensor part = values.narrow(0, begin, Math.min(NORM_STRETCH, values.numel() - begin));
      sum += part.dot(part).item_double();
    }
    return sum;
  }

  /** One small sum over all ranks for everything that all must know. */
  private Totals exchange(Objective.Sums own, double squaredNorm, boolean stop, boolean save) {
    List<Double> values = new ArrayList<>();
    values.add(own.loss());
    values.add(own.weight());
    values.add((double) own.tokens());
    values.add(squaredNorm);
    values.add(stop ? 1.0 : 0.0);
    values.add(save ? 1.0 : 0.0);
    for (String name : objective.extraNames()) {
      values.add(own.extra().getOrDefault(name, 0.0));
    }
    Tensor sum = Tensor.create(values.stream().mapToDouble(Double::doubleValue).toArray());
    gang.sum(sum);
    DoublePointer total = new DoublePointer(sum.data_ptr());
    TreeMap<String, Double> extra = new TreeMap<>();
    double weight = Math.max(total.get(1), Double.MIN_NORMAL);
    for (int i = 0; i < objective.extraNames().size(); i++) {
      extra.put(objective.extraNames().get(i), total.get(6 + i) / weight);
    }
    return new Totals(
        total.get(0) / weight,
        Math.sqrt(total.get(3)) / weight,
        weight,
        (long) total.get(2),
        total.get(4) > 0,
        total.get(5) > 0,
        extra);
  }

  private record Totals(
      double loss,
      double norm,
      double weight,
      long tokens,
      boolean stop,
      boolean save,
      TreeMap<String, Double> extra) {

    boolean finite() {
      return Double.isFinite(loss) && Double.isFinite(norm);
    }

    /** From the gradient of the summed loss to the clipped gradient of the mean loss. */
    double scale(double clip) {
      double shrink = clip > 0 ? Math.min(1, clip / (norm + CLIP_EPSILON)) : 1;
      return shrink / weight;
    }

    StepReport report(int step, double rate, double seconds) {
      return new StepReport(step + 1, loss, norm, rate, tokens, seconds, extra);
    }
  }
}
