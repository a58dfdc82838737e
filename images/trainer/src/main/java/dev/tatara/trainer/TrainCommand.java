package dev.tatara.trainer;

import dev.tatara.base.process.ProgressFile;
import dev.tatara.base.process.Rank;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.trainer.gang.BrokenGangException;
import dev.tatara.trainer.gang.Epochs;
import dev.tatara.trainer.gang.FencedException;
import dev.tatara.trainer.gang.Rendezvous;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.tensor.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code train}: one rank, from the task document to the finished model, in as many gangs as it
 * takes.
 */
final class TrainCommand {
  private static final Logger LOG = LoggerFactory.getLogger(TrainCommand.class);
  private static final String SILENCE = "TATARA_SILENCE_SECONDS";
  private static final String SILENCE_DEFAULT = "60";
  private static final Duration STUCK = Duration.ofSeconds(30);

  private final Map<String, String> environment;
  private final Preemption preemption;
  private final TrainTask task;
  private final Rank rank;
  private final Artifacts artifacts;
  private final Epochs epochs;

  private TrainCommand(
      Map<String, String> environment,
      Preemption preemption,
      TrainTask task,
      Rank rank,
      ObjectStore store) {
    this.environment = environment;
    this.preemption = preemption;
    this.task = task;
    this.rank = rank;
    this.artifacts = new Artifacts(store);
    this.epochs = new Epochs(store, new WorkKeys(task.workPrefix()), rank);
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
    Engine.loadBeside(environment);
    ObjectStore store = StoreConnection.open(environment);
    return new TrainCommand(environment, preemption, task, rank, store).run(onFenced);
  }

  private int run(Consumer<FencedException> onFenced) {
    if (isMade()) {
      return ExitCode.DONE;
    }
    ObjectStore store = artifacts.store();
    try (Pulse pulse =
            Pulse.start(
                store, new WorkKeys(task.workPrefix()), rank.rank(), epochs, STUCK, onFenced);
        ProgressObject progress =
            rank.rank() == 0 ? ProgressObject.start(store, task, epochs) : null) {
      return train(
          new Signs(
              pulse,
              Optional.ofNullable(progress),
              ProgressFile.fromEnvironment(environment),
              preemption));
    }
  }

  private boolean isMade() {
    Optional<ArtifactRef> made = artifacts.find(task.stage(), task.fingerprint());
    made.ifPresent(
        ref ->
            LOG.info("run={} stage={} is made already: {}", task.run(), task.stage(), ref.uri()));
    return made.isPresent();
  }

  private int train(Signs signs) {
    Engine engine = Engine.start(environment);
    LOG.info(
        "run={} stage={} rank={}/{} pid={} engine=\"{}\"",
        task.run(),
        task.stage(),
        rank.rank(),
        rank.worldSize(),
        ProcessHandle.current().pid(),
        engine.description());
    SpecialTokens special =
        SpecialTokens.read(artifacts.read(TaskInputs.require(task, "tokenizer"), "tokenizer.json"));
    Sharding sharding = new Sharding(rank.rank(), rank.worldSize(), task.execution().zero());
    Curriculum curriculum = Curriculum.of(task, sharding, artifacts, special, cache());
    try (Rendezvous rendezvous = new Rendezvous(epochs, silence());
        Session session =
            new Session(
                new Place(task, artifacts, epochs, engine, rendezvous.gang()),
                curriculum,
                special,
                signs)) {
      return inGangs(rendezvous, session, signs);
    }
  }

  /** Gang after gang, until the work is done or this process is not needed any more. */
  private int inGangs(Rendezvous rendezvous, Session session, Signs signs) {
    String cause = "a process was started";
    while (true) {
      signs.phase(Phase.FORMING);
      if (!rendezvous.form(this::isMade)) {
        return ExitCode.DONE;
      }
      try {
        return session.run(cause);
      } catch (DivergedException e) {
        LOG.warn("run={} rank={} goes back: {}", task.run(), rank.rank(), e.evidence());
        cause = "divergence: " + e.evidence();
      } catch (BrokenGangException e) {
        LOG.warn("run={} rank={} re-forms: {}", task.run(), rank.rank(), e.getMessage());
        cause = "a peer was lost";
      }
    }
  }

  private Duration silence() {
    String seconds = environment.getOrDefault(SILENCE, SILENCE_DEFAULT);
    try {
      return Duration.ofSeconds(Integer.parseInt(seconds));
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "%s is \"%s\"; set it to a whole number of seconds, for example %s"
              .formatted(SILENCE, seconds, SILENCE_DEFAULT),
          e);
    }
  }

  private Path cache() {
    String cache = environment.get("TATARA_CACHE");
    return cache == null
        ? Path.of(System.getProperty("java.io.tmpdir"), "tatara-cache")
        : Path.of(cache);
  }
}
