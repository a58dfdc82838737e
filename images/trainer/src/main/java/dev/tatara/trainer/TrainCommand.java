package dev.tatara.trainer;

import dev.tatara.base.process.Rank;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.CheckpointReader;
import dev.tatara.trainer.checkpoint.CheckpointWriter;
import dev.tatara.trainer.checkpoint.Checkpoints;
import dev.tatara.trainer.checkpoint.Fence;
import dev.tatara.trainer.checkpoint.FencedException;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.gang.GlooGang;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.tensor.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code train}: one rank of a gang, from the task document to the finished model. */
final class TrainCommand {
  private static final Logger LOG = LoggerFactory.getLogger(TrainCommand.class);
  private static final Duration MEETING = Duration.ofSeconds(300);
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private final Map<String, String> environment;
  private final Preemption preemption;
  private final TrainTask task;
  private final Rank rank;
  private final Artifacts artifacts;
  private final Fence fence;
  private final Consumer<FencedException> onFenced;

  private TrainCommand(
      Map<String, String> environment,
      Preemption preemption,
      TrainTask task,
      Rank rank,
      ObjectStore store,
      Consumer<FencedException> onFenced) {
    this.environment = environment;
    this.preemption = preemption;
    this.task = task;
    this.rank = rank;
    this.artifacts = new Artifacts(store);
    this.fence = new Fence(store, task.workPrefix(), rank.epoch());
    this.onFenced = onFenced;
  }

  /**
   * Does the task of the environment.
   *
   * @param onFenced ends the process; called from a background thread
   * @return exit code
   */
  static int run(
      Map<String, String> environment, Preemption preemption, Consumer<FencedException> onFenced) {
    TrainTask task = TaskInputs.read(environment, TrainTask.class);
    Rank rank = Rank.fromEnvironment(environment);
    TaskInputs.check(task, rank.worldSize());
    ObjectStore store = StoreConnection.open(environment);
    return new TrainCommand(environment, preemption, task, rank, store, onFenced).run();
  }

  private int run() {
    Optional<ArtifactRef> made = artifacts.find(task.stage(), task.fingerprint());
    if (made.isPresent()) {
      LOG.info("run={} stage={} is made already: {}", task.run(), task.stage(), made.get().uri());
      return ExitCode.DONE;
    }
    fence.check();
    if (rank.rank() != 0) {
      return train(Optional.empty());
    }
    try (ProgressObject progress = ProgressObject.start(artifacts.store(), task, fence, onFenced)) {
      return train(Optional.of(progress));
    }
  }

  private int train(Optional<ProgressObject> progress) {
    Engine engine = Engine.start(environment);
    LOG.info(
        "run={} stage={} rank={}/{} epoch={} engine=\"{}\"",
        task.run(),
        task.stage(),
        rank.rank(),
        rank.worldSize(),
        rank.epoch(),
        engine.description());
    SpecialTokens special =
        SpecialTokens.read(artifacts.read(TaskInputs.require(task, "tokenizer"), "tokenizer.json"));
    Sharding sharding = new Sharding(rank.rank(), rank.worldSize(), task.execution().zero());
    Curriculum curriculum = Curriculum.of(task, sharding, artifacts, special, cache());
    try (Gang gang = GlooGang.form(rank, MEETING, SILENCE)) {
      return new GangRun(engine, curriculum, gang, progress).run(special);
    }
  }

  private Path cache() {
    String cache = environment.get("TATARA_CACHE");
    return cache == null
        ? Path.of(System.getProperty("java.io.tmpdir"), "tatara-cache")
        : Path.of(cache);
  }

  /** From the formed gang to the end. */
  private final class GangRun {
    private final Engine engine;
    private final Curriculum curriculum;
    private final Gang gang;
    private final Optional<ProgressObject> progress;
    private final StepJournal journal = new StepJournal(task);
    private final TrainingStep training;
    private final Checkpoints checkpoints;
    private final long elements;

    GangRun(Engine engine, Curriculum curriculum, Gang gang, Optional<ProgressObject> progress) {
      this.engine = engine;
      this.curriculum = curriculum;
      this.gang = gang;
      this.progress = progress;
      this.training = new TrainingStep(task, gang, curriculum.model(), curriculum.objective());
      this.checkpoints =
          new Checkpoints(artifacts.store(), task.workPrefix(), fence, task.checkpoint().keep());
      this.elements = curriculum.model().parameters().layout().size();
    }

    int run(SpecialTokens special) {
      progress.ifPresent(object -> object.phase("restoring"));
      List<StepReport.Point> curve = new ArrayList<>();
      int done = restore(curve);
      progress.ifPresent(object -> object.phase("training"));
      preemption.beginTraining();
      try (CheckpointWriter writer = writer()) {
        int code =
            new TrainingLoop(task, training, writer, preemption::requested, this::report)
                .run(done, curve);
        if (code != ExitCode.DONE) {
          return code;
        }
      }
      LOG.info("run={} rank={} rss_mb={}", task.run(), gang.rank(), ResidentMemory.megabytes());
      // The others may leave only when nobody needs them any more.
      gang.barrier();
      if (gang.rank() == 0) {
        progress.ifPresent(object -> object.phase("saving"));
        ArtifactRef ref =
            new ModelArtifact(artifacts, task, fence).write(curriculum.model(), special, curve);
        LOG.info("run={} stage={} wrote {}", task.run(), task.stage(), ref.uri());
      } else {
        ModelFolder.accompany(curriculum.model().parameters());
      }
      return ExitCode.DONE;
    }

    private int restore(List<StepReport.Point> curve) {
      Optional<CheckpointReader.Restored> restored =
          new CheckpointReader(
                  checkpoints, gang, task.fingerprint(), engine.description(), elements)
              .restore(training.state());
      if (restored.isEmpty()) {
        return 0;
      }
      training.spreadParameters();
      int step = restored.get().step();
      curve.addAll(restored.get().curve());
      journal.restored(step);
      progress.ifPresent(object -> object.restored(step));
      LOG.info("run={} stage={} continues after step={}", task.run(), task.stage(), step);
      return step;
    }

    private CheckpointWriter writer() {
      return new CheckpointWriter(
          checkpoints,
          new CheckpointWriter.Identity(
              gang.rank(), gang.size(), task.fingerprint(), elements, engine.description()),
          training.state(),
          onFenced);
    }

    private void report(StepReport report) {
      progress.ifPresent(
          object -> {
            object.step(report);
            journal.step(report, object.rate());
          });
    }
  }
}
