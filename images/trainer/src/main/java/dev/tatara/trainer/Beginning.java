package dev.tatara.trainer;

import dev.tatara.config.Json;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.CheckpointId;
import dev.tatara.trainer.checkpoint.CheckpointReader;
import dev.tatara.trainer.checkpoint.CheckpointWriter;
import dev.tatara.trainer.checkpoint.Checkpoints;
import dev.tatara.trainer.checkpoint.Lineage;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a gang begins: all ranks load the newest state that each of them can, or go back to the
 * first weights; rank 0 puts down which, and tells what was in the way.
 */
final class Beginning {
  private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);

  private final Place place;
  private final Curriculum curriculum;
  private final TrainingStep training;
  private final Checkpoints checkpoints;
  private final CheckpointWriter writer;
  private final CheckpointReader reader;
  private final Incidents incidents;
  private final Rollbacks rollbacks;

  Beginning(
      Place place,
      Curriculum curriculum,
      TrainingStep training,
      Checkpoints checkpoints,
      CheckpointWriter writer,
      Incidents incidents,
      Rollbacks rollbacks) {
    this.place = place;
    this.curriculum = curriculum;
    this.training = training;
    this.checkpoints = checkpoints;
    this.writer = writer;
    this.reader =
        new CheckpointReader(
            checkpoints,
            place.gang(),
            place.task().fingerprint(),
            place.engine().description(),
            curriculum.model().parameters().layout().size(),
            place.epochs()::requireNewest);
    this.incidents = incidents;
    this.rollbacks = rollbacks;
  }

  /**
   * Begins the epoch that was claimed last; from here on the gang may write.
   *
   * @param cause why the gang was formed, in a few words
   * @param trail set to where training stands
   */
  Start begin(String cause, Trail trail) {
    int epoch = place.epochs().own();
    Lineage lineage =
        place.leads()
            ? Lineage.read(place.store(), place.keys(), epoch)
            : new Lineage(epoch, List.of());
    writer.enter(epoch, lineage);
    incidents.clear();
    Optional<CheckpointReader.Restored> restored = restore(candidates(lineage), epoch);
    restored.ifPresentOrElse(
        state -> trail.resume(state.curve(), state.samples()),
        () -> {
          startAnew();
          trail.clear();
        });
    training.spreadParameters();
    CheckpointId from = restored.map(CheckpointReader.Restored::id).orElse(new CheckpointId(0, 0));
    if (place.leads()) {
      putDown(lineage, epoch, from, cause);
    } else {
      incidents.write(epoch, from.step());
    }
    place.gang().barrier();
    rollbacks.done();
    Start start = Json.read(place.store().read(place.keys().start(epoch)), Start.class);
    log(start);
    return start;
  }

  /** Only those of rank 0 count. */
  private List<CheckpointId> candidates(Lineage lineage) {
    if (!place.leads()) {
      return List.of();
    }
    return checkpoints.admitted(lineage).stream()
        .filter(id -> id.step() <= rollbacks.mostSteps())
        .toList();
  }

  private Optional<CheckpointReader.Restored> restore(List<CheckpointId> candidates, int epoch) {
    training.clearGradients();
    return reader.restore(
        candidates,
        training.state(),
        (id, reason, attempt) ->
            incidents.add(
                Incidents.CAUSE + attempt,
                0,
                FailureClass.INFRASTRUCTURE,
                "the checkpoint after step %d of epoch %d is not usable: %s"
                    .formatted(id.step(), id.epoch(), reason),
                epoch,
                id.step()));
  }

  private void startAnew() {
    curriculum.begin().run();
    training.clearMoments();
  }

  private void putDown(Lineage lineage, int epoch, CheckpointId from, String cause) {
    Start start =
        new Start(
            epoch,
            place.gang().size(),
            from.step(),
            from.epoch(),
            rollbacks.skip(lineage.skipped(), epoch),
            cause);
    incidents.write(epoch, from.step());
    place.store().writeIfAbsent(place.keys().start(epoch), Json.bytes(start));
    // Whatever breaks from here on, the rollback is not to be done again.
    rollbacks.done();
  }

  private void log(Start start) {
    TrainTask task = place.task();
    LOG.info(
        "run={} stage={} rank={} epoch={} {} cause=\"{}\"{}",
        task.run(),
        task.stage(),
        place.gang().rank(),
        start.epoch(),
        start.step() == 0 ? "begins" : "continues after step=" + start.step(),
        start.cause(),
        start.skipped().isEmpty() ? "" : " skipped=" + start.skipped());
  }
}
