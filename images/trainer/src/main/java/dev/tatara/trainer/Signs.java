package dev.tatara.trainer;

import dev.tatara.base.process.ProgressFile;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TimeSpent;
import java.util.Optional;

/** What a rank says of itself while it works, and whether it was asked to go. */
record Signs(
    Pulse pulse, Optional<ProgressObject> progress, ProgressFile file, Preemption preemption)
    implements Validation.Watch {

  /** What is being done from now on; it decides how long a signal waits. */
  void phase(Phase next) {
    preemption.patience(
        switch (next) {
          case STARTING, FORMING, RESTORING -> Preemption.Patience.NONE;
          case TRAINING, VALIDATING -> Preemption.Patience.STEP;
          case SAVING -> Preemption.Patience.SAVE;
        });
    pulse.phase(next);
    progress.ifPresent(object -> object.phase(next));
  }

  /** Each batch is a sign of life: the launcher sees that a long validation does not hang. */
  @Override
  public void validating(int done, int of) {
    phase(Phase.VALIDATING);
    progress.ifPresent(object -> object.validating(done, of));
  }

  /** Training goes on from here. */
  void restored(int step) {
    pulse.restored(step);
    progress.ifPresent(object -> object.restored(step));
  }

  /**
   * A step is done.
   *
   * @return tokens per second over the last steps; 0 where nobody counts them
   */
  double step(StepReport report) {
    file.make();
    pulse.step(report);
    progress.ifPresent(object -> object.step(report));
    return progress.map(ProgressObject::rate).orElse(0.0);
  }

  /** Where the time of training went so far. */
  void spent(TimeSpent time) {
    progress.ifPresent(object -> object.spent(time));
  }

  @Override
  public boolean stopRequested() {
    return preemption.requested();
  }
}
