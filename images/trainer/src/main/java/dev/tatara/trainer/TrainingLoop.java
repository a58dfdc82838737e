package dev.tatara.trainer;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.CheckpointWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One step after another, a checkpoint now and then, and a word to whoever listens. */
final class TrainingLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);

  private static final int UNMEASURED_STEPS = 50;

  private final TrainTask task;
  private final TrainingStep training;
  private final CheckpointWriter checkpoints;
  private final BooleanSupplier stopRequested;
  private final Consumer<StepReport> listener;

  TrainingLoop(
      TrainTask task,
      TrainingStep training,
      CheckpointWriter checkpoints,
      BooleanSupplier stopRequested,
      Consumer<StepReport> listener) {
    this.task = task;
    this.training = training;
    this.checkpoints = checkpoints;
    this.stopRequested = stopRequested;
    this.listener = listener;
  }

  /**
   * Trains to the end, or until a rank is asked to go.
   *
   * @param done steps that are done
   * @param curve points of the steps done; the new ones are added
   * @return {@link ExitCode#DONE} at the end, {@link ExitCode#PREEMPTED} with a checkpoint saved
   */
  int run(int done, List<StepReport.Point> curve) {
    for (int step = done; step < task.steps(); step++) {
      TrainingStep.Outcome outcome = training.run(step, stopRequested.getAsBoolean());
      curve.add(outcome.report().point());
      listener.accept(outcome.report());
      int finished = step + 1;
      if (finished == task.steps()) {
        break;
      }
      if (outcome.stop()) {
        return leave(finished, curve);
      }
      if (finished % everySteps(task) == 0) {
        checkpoints.save(finished, new ArrayList<>(curve));
      }
    }
    checkpoints.await();
    return ExitCode.DONE;
  }

  private static int everySteps(TrainTask task) {
    Integer steps = task.checkpoint().everySteps();
    return steps == null ? UNMEASURED_STEPS : steps;
  }

  private int leave(int step, List<StepReport.Point> curve) {
    checkpoints.save(step, curve);
    if (!checkpoints.await()) {
      LOG.warn("run={} was asked to go, but its checkpoint could not be saved", task.run());
      return ExitCode.INFRASTRUCTURE;
    }
    LOG.info("run={} step={} was asked to go; a checkpoint is saved", task.run(), step);
    return ExitCode.PREEMPTED;
  }
}
