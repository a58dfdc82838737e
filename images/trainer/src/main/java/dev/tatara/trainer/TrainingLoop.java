package dev.tatara.trainer;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.CheckpointWriter;
import dev.tatara.trainer.divergence.Divergence;
import dev.tatara.trainer.divergence.Rollback;
import dev.tatara.trainer.order.Batches;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One step after another, a checkpoint now and then, and a word to whoever listens. */
final class TrainingLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainTask task;
  private final TrainingStep training;
  private final Validation validation;
  private final CheckpointWriter checkpoints;
  private final CheckpointClock clock;
  private final Divergence divergence;
  private final List<SampleRange> skipped;
  private final Batches batches;
  private final Signals signals;

  /**
   * What the loop asks and tells.
   *
   * @param leads this is rank 0, which says when a checkpoint is due
   * @param stopRequested this rank was asked to go
   * @param check throws when the gang must be left
   * @param lap hears before each step and after the last
   * @param validated hears that training goes on after a validation
   * @param listener hears of each step
   */
  record Signals(
      boolean leads,
      BooleanSupplier stopRequested,
      Runnable check,
      Runnable lap,
      Runnable validated,
      Consumer<StepReport> listener) {}

  /**
   * @param skipped samples that are left out
   */
  TrainingLoop(
      TrainTask task,
      TrainingStep training,
      Validation validation,
      CheckpointWriter checkpoints,
      CheckpointClock clock,
      Divergence divergence,
      List<SampleRange> skipped,
      Signals signals) {
    this.task = task;
    this.training = training;
    this.validation = validation;
    this.checkpoints = checkpoints;
    this.clock = clock;
    this.divergence = divergence;
    this.skipped = skipped;
    this.batches = new Batches(task.batch(), skipped);
    this.signals = signals;
  }

  /**
   * Trains to the end, or until a rank is asked to go.
   *
   * @param done steps that are done
   * @param trail of the steps done; the new ones are added
   * @return {@link ExitCode#DONE} at the end, {@link ExitCode#PREEMPTED} with a checkpoint saved
   * @throws DivergedException if a step went wrong, on all ranks
   */
  int run(int done, Trail trail) {
    if (done > 0 && !validated(trail)) {
      return leave(done, trail);
    }
    for (int step = done; step < task.steps(); step++) {
      signals.check().run();
      signals.lap().run();
      boolean writing = checkpoints.busy();
      long[] samples = batches.samples(step);
      TrainingStep.Outcome outcome =
          training.run(step, samples, signals.stopRequested().getAsBoolean(), due(step + 1));
      judge(step, trail, outcome.report());
      StepReport report = outcome.stop() ? outcome.report() : validated(outcome.report());
      trail.add(report.point(), samples);
      clock.step(report.seconds(), writing);
      signals.listener().accept(report);
      int finished = step + 1;
      boolean whole = !validation.misses(report.point());
      if (whole && finished == task.steps()) {
        break;
      }
      if (outcome.stop() || !whole) {
        return leave(finished, trail);
      }
      if (outcome.save()) {
        clock.saved(finished, checkpoints.save(standing(finished, trail), signals.check()));
      }
    }
    // A checkpoint that is still being written serves only if the model cannot be: none waits.
    signals.lap().run();
    return ExitCode.DONE;
  }

  /** The report with what was measured; without, if a rank was asked to go meanwhile. */
  private StepReport validated(StepReport report) {
    if (!validation.misses(report.point())) {
      return report;
    }
    SortedMap<String, Double> extra = validation.measure();
    signals.validated().run();
    extra.putAll(report.extra());
    return report.with(extra);
  }

  /** Measures what those before were kept from; false if this gang is kept from it too. */
  private boolean validated(Trail trail) {
    if (validation.misses(trail.newest())) {
      trail.complete(validation.measure());
      signals.validated().run();
    }
    return !validation.misses(trail.newest());
  }

  private boolean due(int step) {
    return signals.leads() && clock.due(step, checkpoints.writeSeconds());
  }

  private void judge(int step, Trail trail, StepReport report) {
    Optional<String> evidence = divergence.judge(trail.curve(), report);
    if (evidence.isPresent()) {
      throw new DivergedException(
          evidence.get(),
          report.step(),
          Rollback.of(step, task.batch(), skipped, task.divergence().window()));
    }
  }

  private CheckpointWriter.Standing standing(int step, Trail trail) {
    return new CheckpointWriter.Standing(step, trail.curve(), trail.samples().hex(), skipped);
  }

  private int leave(int step, Trail trail) {
    checkpoints.save(standing(step, trail), signals.check());
    if (!checkpoints.await(signals.check())) {
      LOG.warn("run={} was asked to go, but its checkpoint could not be saved", task.run());
      return ExitCode.INFRASTRUCTURE;
    }
    LOG.info("run={} step={} was asked to go; a checkpoint is saved", task.run(), step);
    return ExitCode.PREEMPTED;
  }
}
