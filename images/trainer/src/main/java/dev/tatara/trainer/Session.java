package dev.tatara.trainer;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.trainer.checkpoint.CheckpointId;
import dev.tatara.trainer.checkpoint.CheckpointReader;
import dev.tatara.trainer.checkpoint.CheckpointWriter;
import dev.tatara.trainer.checkpoint.Checkpoints;
import dev.tatara.trainer.checkpoint.Lineage;
import dev.tatara.trainer.divergence.Divergence;
import dev.tatara.trainer.divergence.Rollback;
import dev.tatara.trainer.gang.Epochs;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.order.ConsumedSamples;
import dev.tatara.trainer.order.SampleOrder;
import dev.tatara.trainer.tensor.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process keeps while gangs come and go: model, optimizer state and the memory of both. Each
 * gang begins where all its ranks can, and trains on from there.
 */
final class Session implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Incidents of an epoch are numbered: first why it began, then what it met on the way. */
  private static final int FIRST = 0;

  private final TrainTask task;
  private final Artifacts artifacts;
  private final WorkKeys keys;
  private final Epochs epochs;
  private final Gang gang;
  private final Curriculum curriculum;
  private final SpecialTokens special;
  private final Signs signs;
  private final TrainingStep training;
  private final Checkpoints checkpoints;
  private final CheckpointReader reader;
  private final CheckpointWriter writer;
  private final Divergence divergence;
  private final Incidents incidents;
  private final StepJournal journal;
  private final List<StepReport.Point> curve = new ArrayList<>();
  private final ConsumedSamples consumed = new ConsumedSamples();

  /** A rollback that no gang has begun with yet. */
  private @Nullable DivergedException pending;

  /** Where the process and its task are. */
  record Place(TrainTask task, Artifacts artifacts, Epochs epochs, Engine engine, Gang gang) {}

  Session(Place place, Curriculum curriculum, SpecialTokens special, Signs signs) {
    this.task = place.task();
    this.artifacts = place.artifacts();
    this.keys = new WorkKeys(task.workPrefix());
    this.epochs = place.epochs();
    this.gang = place.gang();
    this.curriculum = curriculum;
    this.special = special;
    this.signs = signs;
    ObjectStore store = artifacts.store();
    String engine = place.engine().description();
    long elements = curriculum.model().parameters().layout().size();
    this.training = new TrainingStep(task, gang, curriculum.model(), curriculum.objective());
    training.followedBy(
        new Validation(
            task.validation(),
            task.steps(),
            task.microBatch(),
            gang,
            curriculum.model(),
            curriculum.heldOut()));
    this.checkpoints = new Checkpoints(store, keys, task.checkpoint());
    this.reader = new CheckpointReader(checkpoints, gang, task.fingerprint(), engine, elements);
    this.writer =
        new CheckpointWriter(
            checkpoints,
            new CheckpointWriter.Identity(
                gang.rank(), gang.size(), task.fingerprint(), elements, engine),
            training.state(),
            epochs::look);
    this.divergence = new Divergence(task.divergence(), changes(task));
    this.incidents = new Incidents(store, keys, task.stage(), gang.rank());
    this.journal = new StepJournal(task);
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
    Start start = begin(cause);
    signs.phase(Phase.TRAINING);
    try {
      int code = loop(start).run(start.step(), curve, consumed);
      return code == ExitCode.DONE ? finish(start) : code;
    } catch (DivergedException e) {
      // Whoever goes first closes its connections, which the others would take for a failure.
      gang.barrier();
      int recent =
          Rollback.recent(
              e.lastStep() - 1, task.batch(), start.skipped(), task.divergence().window());
      if (recent >= task.divergence().limit()) {
        throw giveUp(e, recent);
      }
      pending = e;
      throw e;
    }
  }

  private TrainingLoop loop(Start start) {
    return new TrainingLoop(
        task,
        training,
        writer,
        new CheckpointClock(task.checkpoint(), gang.size(), start.epoch() - 1, start.step()),
        divergence,
        start.skipped(),
        new TrainingLoop.Signals(
            gang.rank() == 0, signs::stopRequested, epochs::requireNewest, this::report));
  }

  private void report(StepReport report) {
    double rate = signs.step(report);
    if (gang.rank() == 0) {
      journal.step(report, rate);
    }
  }

  /** All ranks load the same state; rank 0 puts down which, and from then on the gang may write. */
  private Start begin(String cause) {
    int epoch = epochs.own();
    boolean leads = gang.rank() == 0;
    Lineage lineage =
        leads ? Lineage.read(artifacts.store(), keys, epoch) : new Lineage(epoch, List.of());
    writer.enter(epoch, lineage);
    incidents.clear();
    Optional<CheckpointReader.Restored> restored = restore(candidates(lineage), epoch);
    int step = restored.map(state -> state.id().step()).orElse(0);
    if (leads) {
      putDown(lineage, epoch, step, restored.map(state -> state.id().epoch()).orElse(0), cause);
    } else {
      incidents.write(epoch, step);
    }
    gang.barrier();
    pending = null;
    signs.restored(step);
    journal.restored(step);
    Start start = Json.read(artifacts.store().read(keys.start(epoch)), Start.class);
    LOG.info(
        "run={} stage={} rank={} epoch={} {} cause=\"{}\"{}",
        task.run(),
        task.stage(),
        gang.rank(),
        epoch,
        step == 0 ? "begins" : "continues after step=" + step,
        start.cause(),
        start.skipped().isEmpty() ? "" : " skipped=" + start.skipped());
    return start;
  }

  /** Only those of rank 0 count. */
  private List<CheckpointId> candidates(Lineage lineage) {
    if (gang.rank() != 0) {
      return List.of();
    }
    int most = pending == null ? Integer.MAX_VALUE : pending.rollback().step();
    return checkpoints.admitted(lineage).stream().filter(id -> id.step() <= most).toList();
  }

  private void putDown(Lineage lineage, int epoch, int step, int checkpointEpoch, String cause) {
    List<SampleRange> skipped = new ArrayList<>(lineage.skipped());
    DivergedException diverged = pending;
    if (diverged != null) {
      skipped.add(diverged.rollback().skip());
      incidents.add(
          FIRST,
          diverged.age(),
          FailureClass.DIVERGENCE,
          evidence(diverged),
          epoch - 1,
          diverged.lastStep());
    }
    incidents.write(epoch, step);
    Start start = new Start(epoch, gang.size(), step, checkpointEpoch, skipped, cause);
    artifacts.store().writeIfAbsent(keys.start(epoch), Json.bytes(start));
    // From here on the store remembers it.
    pending = null;
  }

  private static String evidence(DivergedException diverged) {
    SampleRange skip = diverged.rollback().skip();
    return "%s; samples %d to %d are skipped"
        .formatted(diverged.evidence(), skip.from(), skip.until() - 1);
  }

  private Optional<CheckpointReader.Restored> restore(List<CheckpointId> candidates, int epoch) {
    training.clearGradients();
    Optional<CheckpointReader.Restored> restored =
        reader.restore(
            candidates,
            training.state(),
            (id, reason, attempt) ->
                incidents.add(
                    FIRST + attempt,
                    0,
                    FailureClass.INFRASTRUCTURE,
                    "the checkpoint after step %d of epoch %d is not usable: %s"
                        .formatted(id.step(), id.epoch(), reason),
                    epoch,
                    id.step()));
    curve.clear();
    if (restored.isPresent()) {
      curve.addAll(restored.get().curve());
      consumed.resume(restored.get().samples());
    } else {
      curriculum.begin().run();
      training.clearMoments();
      consumed.resume(ConsumedSamples.NONE);
    }
    training.spreadParameters();
    return restored;
  }

  /**
   * The model is written by rank 0; the others stay until it is there, since they may be needed.
   */
  private int finish(Start start) {
    LOG.info("run={} rank={} rss_mb={}", task.run(), gang.rank(), ResidentMemory.megabytes());
    signs.phase(Phase.SAVING);
    gang.barrier();
    if (gang.rank() != 0) {
      ModelFolder.accompany(curriculum.model().parameters());
      return awaitArtifact();
    }
    ArtifactRef ref =
        new ModelArtifact(artifacts, task, this::requireNewest)
            .write(curriculum, special, curve, consumed, start.skipped());
    LOG.info("run={} stage={} wrote {}", task.run(), task.stage(), ref.uri());
    return ExitCode.DONE;
  }

  private void requireNewest() {
    epochs.look();
    epochs.requireNewest();
  }

  private int awaitArtifact() {
    while (artifacts.find(task.stage(), task.fingerprint()).isEmpty()) {
      epochs.requireNewest();
      // The store has no way to tell when an object appears.
      LockSupport.parkNanos(POLL.toNanos());
    }
    return ExitCode.DONE;
  }

  /** The task is given up: it diverged more often than it may. */
  private DivergedException.Final giveUp(DivergedException diverged, int rollbacks) {
    if (gang.rank() == 0) {
      incidents.add(
          FIRST,
          diverged.age(),
          FailureClass.DIVERGENCE,
          diverged.evidence(),
          epochs.own(),
          diverged.lastStep());
      // Where the next epoch would have put it; this one's first place may be taken.
      incidents.writeFinal(epochs.own() + 1);
    }
    SampleRange samples = diverged.rollback().skip();
    String stage = task.stage().word();
    return new DivergedException.Final(
        "%s diverged again after %d rollbacks (%s.divergence.limit is %d): %s. Look at the samples %d to %d, lower %s.optimizer.learningRate (now %s) or raise its warmup"
            .formatted(
                stage,
                rollbacks,
                stage,
                task.divergence().limit(),
                diverged.evidence(),
                samples.from(),
                samples.until() - 1,
                stage,
                task.optimizer().learningRate()));
  }

  /** Ends the background work. */
  @Override
  public void close() {
    writer.close();
  }
}
