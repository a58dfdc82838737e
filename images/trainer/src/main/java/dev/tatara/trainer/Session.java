package dev.tatara.trainer;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.CheckpointWriter;
import dev.tatara.trainer.checkpoint.Checkpoints;
import dev.tatara.trainer.divergence.Divergence;
import dev.tatara.trainer.divergence.Rollback;
import dev.tatara.trainer.order.SampleOrder;
import java.util.List;

/**
 * What a process keeps while gangs come and go: model, optimizer state and the memory of both. Each
 * gang begins where all its ranks can, trains on from there, and ends with the finished model.
 */
final class Session implements AutoCloseable {
  private final Place place;
  private final Signs signs;
  private final TrainingStep training;
  private final Validation validation;
  private final CheckpointWriter writer;
  private final Divergence divergence;
  private final Rollbacks rollbacks;
  private final Beginning beginning;
  private final Ending ending;
  private final StepJournal journal;
  private final TimeAccount time;
  private final Trail trail = new Trail();

  Session(Place place, Curriculum curriculum, SpecialTokens special, Signs signs) {
    TrainTask task = place.task();
    this.place = place;
    this.signs = signs;
    this.training =
        new TrainingStep(task, place.gang(), curriculum.model(), curriculum.objective());
    this.validation =
        new Validation(
            task.validation(),
            task.steps(),
            task.microBatch(),
            place.gang(),
            curriculum.model(),
            curriculum.heldOut(),
            signs);
    Checkpoints checkpoints =
        new Checkpoints(
            place.store(),
            place.keys(),
            task.checkpoint(),
            Rollback.reach(task.divergence().limit()));
    this.writer =
        new CheckpointWriter(
            checkpoints,
            new CheckpointWriter.Identity(
                place.gang().rank(),
                place.gang().size(),
                task.fingerprint(),
                curriculum.model().parameters().layout().size(),
                place.engine().description()),
            training.state(),
            place.epochs()::look);
    this.divergence = new Divergence(task.divergence(), changes(task));
    Incidents incidents =
        new Incidents(place.store(), place.keys(), task.stage(), place.gang().rank());
    this.rollbacks = new Rollbacks(place, incidents);
    this.beginning =
        new Beginning(place, curriculum, training, checkpoints, writer, incidents, rollbacks);
    this.ending = new Ending(place, curriculum, special, signs::stopRequested);
    this.journal = new StepJournal(task);
    this.time = new TimeAccount(place, writer);
  }

  private static List<Integer> changes(TrainTask task) {
    return SampleOrder.changes(task.mixture(), (long) task.steps() * task.batch()).stream()
        .map(sample -> (int) ((sample + task.batch() - 1) / task.batch()))
        .toList();
  }

  /**
   * From a formed gang to the end.
   *
   * @param cause why it was formed, in a few words
   * @return exit code
   * @throws DivergedException if the next gang is to go back to before a step that went wrong
   * @throws DivergedException.Final if it went wrong more often than it may
   */
  int run(String cause) {
    signs.phase(Phase.RESTORING);
    Start start = beginning.begin(cause, trail);
    signs.restored(start.step());
    journal.restored(start.step());
    signs.phase(Phase.TRAINING);
    time.start();
    try {
      int code = loop(start).run(start.step(), trail);
      if (code != ExitCode.DONE) {
        return code;
      }
    } catch (DivergedException e) {
      // Whoever goes first closes its connections, which the others would take for a failure.
      place.gang().barrier();
      rollbacks.plan(e, start.skipped());
      throw e;
    }
    if (place.leads()) {
      journal.end(time.lap());
    }
    signs.phase(Phase.SAVING);
    return ending.finish(start, trail);
  }

  private TrainingLoop loop(Start start) {
    TrainTask task = place.task();
    return new TrainingLoop(
        task,
        training,
        validation,
        writer,
        new CheckpointClock(
            task.checkpoint(), place.gang().size(), start.epoch() - 1, start.step()),
        divergence,
        start.skipped(),
        new TrainingLoop.Signals(
            place.leads(),
            signs::stopRequested,
            place.epochs()::requireNewest,
            place.leads() ? this::lap : () -> {},
            () -> signs.phase(Phase.TRAINING),
            this::report));
  }

  private void lap() {
    signs.spent(time.lap());
  }

  private void report(StepReport report) {
    double rate = signs.step(report);
    if (place.leads()) {
      journal.step(report, rate);
    }
  }

  /** Ends the background work. */
  @Override
  public void close() {
    writer.close();
  }
}
