package dev.tatara.trainer;

import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.TrainingState;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.objective.Objective;
import dev.tatara.trainer.optimizer.LearningRate;
import dev.tatara.trainer.optimizer.Optimizer;
import dev.tatara.trainer.order.Batches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * One optimizer step of a gang: each rank computes its samples of the global batch, the gradients
 * are summed and scattered unit by unit, each rank updates its slices of the parameters, and the
 * slices are gathered again.
 */
public final class TrainingStep {
  private static final double CLIP_EPSILON = 1e-6;

  private final TrainTask task;
  private final Gang gang;
  private final Llama model;
  private final Objective objective;
  private final Optimizer optimizer;
  private final LearningRate learningRate;
  private final StepClock clock = new StepClock();

  private final OwnSlices own;
  private final UnitExchange units;
  private final Utilisation utilisation;

  /**
   * What a step came to, the same on all ranks.
   *
   * @param stop a rank was asked to go
   * @param save rank 0 wants a checkpoint
   */
  public record Outcome(StepReport report, boolean stop, boolean save) {}

  public TrainingStep(TrainTask task, Gang gang, Llama model, Objective objective) {
    this.task = task;
    this.gang = gang;
    this.model = model;
    this.objective = objective;
    this.learningRate = new LearningRate(task.optimizer(), task.steps());
    this.own = new OwnSlices(model.parameters());
    this.units = new UnitExchange(gang, model.parameters(), own);
    this.utilisation = new Utilisation(task, model);
    model.visitedBy(units);
    this.optimizer =
        new Optimizer(task.optimizer(), model.parameters().layout(), own.stretches(), units);
  }

  /** This rank's part of what a checkpoint holds. */
  TrainingState state() {
    return own.state();
  }

  /**
   * Native memory that is held over steps, in bytes.
   *
   * @param parameters whole units and own slices
   * @param gradients before and after they are summed over the ranks
   * @param moments state of the optimizer
   */
  public record Footprint(long parameters, long gradients, long moments) {}

  /** What this rank holds. */
  public Footprint footprint() {
    Parameters parameters = model.parameters();
    return new Footprint(
        parameters.valueBytes(),
        parameters.gradientBytes() + own.gradientBytes() + units.bytes(),
        own.momentBytes());
  }

  /** Tells the others of parameters that were restored. */
  void spreadParameters() {
    try (PointerScope scope = new PointerScope()) {
      units.spread();
    }
  }

  /** Forgets the part of a step that was broken off. */
  void clearGradients() {
    units.clearGradients();
  }

  /** As before the first step. */
  void clearMoments() {
    own.clearMoments();
  }

  /** Does the step on the samples of an order in which nothing is skipped. */
  public Outcome run(int step, boolean stop) {
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
      Objective.Sums sums = compute(step, samples);
      clock.lap("compute");
      Totals totals;
      try (NoGradGuard guard = new NoGradGuard()) {
        totals = exchange(sums, own.squaredNorm(), stop, save);
        clock.lap("reduce");
        double rate = learningRate.at(step);
        if (!totals.finite()) {
          clearGradients();
          return new Outcome(totals.report(step, rate, clock.total()), totals.stop(), false);
        }
        own.scaleGradients(totals.scale(task.optimizer().clip()));
        optimizer.update(step + 1, rate);
        clearGradients();
        clock.lap("update");
        units.spread();
        clock.lap("gather");
        StepReport report = utilisation.of(totals.report(step, rate, clock.total()));
        return new Outcome(report, totals.stop(), totals.save());
      }
    }
  }

  /** This rank's samples of the global batch, in micro-batches; all ranks do as many rounds. */
  private Objective.Sums compute(int step, long[] samples) {
    long first = (long) step * samples.length;
    List<Long> mine = new ArrayList<>();
    int[] counts = new int[gang.size()];
    for (int place = 0; place < samples.length; place++) {
      int rank = (int) ((first + place) % gang.size());
      counts[rank]++;
      if (rank == gang.rank()) {
        mine.add(samples[place]);
      }
    }
    int most = Arrays.stream(counts).max().orElse(0);
    List<Objective.Sums> sums = new ArrayList<>();
    for (int i = 0; i < most; i += task.microBatch()) {
      int begin = Math.min(mine.size(), i);
      int end = Math.min(mine.size(), i + task.microBatch());
      long[] indices = mine.subList(begin, end).stream().mapToLong(Long::longValue).toArray();
      units.round(
          i == 0,
          i + task.microBatch() >= most,
          () -> {
            if (indices.length > 0) {
              // No sample comes first in two micro-batches.
              model.dropping(task.loss().dropout(), 31 * task.seed() + indices[0]);
              sums.add(objective.accumulate(model, indices));
            }
          });
    }
    return sums.stream().reduce(Objective.Sums.NONE, Objective.Sums::plus);
  }

  /** One small sum over all ranks for everything that all must know. */
  private Totals exchange(Objective.Sums sums, double squaredNorm, boolean stop, boolean save) {
    List<Double> values = new ArrayList<>();
    values.add(sums.loss());
    values.add(sums.weight());
    values.add((double) sums.tokens());
    values.add(squaredNorm);
    values.add(stop ? 1.0 : 0.0);
    values.add(save ? 1.0 : 0.0);
    for (String name : objective.extraNames()) {
      values.add(sums.extra().getOrDefault(name, 0.0));
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
