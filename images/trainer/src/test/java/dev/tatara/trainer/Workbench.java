package dev.tatara.trainer;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.MixturePhase;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.trainer.checkpoint.Curve;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A store with small data in it, ranks as processes of their own, and what they leave behind. */
final class Workbench implements AutoCloseable {
  static final int VOCABULARY = 256;
  static final int LENGTH = 32;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Path directory;
  private final EmbeddedObjectStore server;
  private final StoreSettings settings;
  private final ObjectStore store;
  private final Artifacts artifacts;
  private final SmallData data;

  private Workbench(Path directory) {
    this.directory = directory;
    server = EmbeddedObjectStore.start(directory.resolve("s3"), 0, "local", "secret");
    settings = new StoreSettings(server.endpoint(), "us-east-1", "local", "secret", "tatara", "");
    store = ObjectStore.connect(settings);
    artifacts = new Artifacts(store);
    data = new SmallData(artifacts);
  }

  static Workbench open(Path directory) {
    return new Workbench(directory);
  }

  ObjectStore store() {
    return store;
  }

  /** Where the store is. */
  String endpoint() {
    return server.endpoint();
  }

  Artifacts artifacts() {
    return artifacts;
  }

  /** Data to learn from. */
  SmallData data() {
    return data;
  }

  /** Two languages of pseudo-words that a model can learn, in two parts each. */
  ArtifactRef tokens(int perPart) throws IOException {
    return data.tokens(perPart);
  }

  /** A small pretraining task; the fingerprint keeps its artifact and work apart from others. */
  TrainTask pretrain(ArtifactRef tokens, String fingerprint, int worldSize, int steps) {
    return task(
        Stage.PRETRAIN,
        fingerprint,
        new ModelShape(32, 2, 4, 2, 96, true),
        Map.of("tokens", tokens, "tokenizer", tokens),
        worldSize,
        steps,
        3e-3);
  }

  /** The task with other bounds for what counts as diverged. */
  static TrainTask with(TrainTask task, DivergenceConfig divergence) {
    return with(
        task,
        task.fingerprint(),
        task.worldSize(),
        task.checkpoint(),
        task.validation(),
        divergence,
        task.execution());
  }

  /** The same work, to be done once more; its artifact and its checkpoints are its own. */
  static TrainTask again(TrainTask task, String fingerprint) {
    return with(
        task,
        fingerprint,
        task.worldSize(),
        task.checkpoint(),
        task.validation(),
        task.divergence(),
        task.execution());
  }

  /** The task with checkpoints at other times. */
  static TrainTask with(TrainTask task, CheckpointConfig checkpoint) {
    return with(
        task,
        task.fingerprint(),
        task.worldSize(),
        checkpoint,
        task.validation(),
        task.divergence(),
        task.execution());
  }

  /** The task with other validation. */
  static TrainTask with(TrainTask task, ValidationConfig validation) {
    return with(
        task,
        task.fingerprint(),
        task.worldSize(),
        task.checkpoint(),
        validation,
        task.divergence(),
        task.execution());
  }

  /** The same work, done by as many ranks in another way; a checkpoint of one is good for all. */
  TrainTask sharded(TrainTask task, int worldSize, int zero) {
    return with(
        task,
        task.fingerprint(),
        worldSize,
        task.checkpoint(),
        task.validation(),
        task.divergence(),
        new ExecutionConfig(zero, false, ExecutionConfig.Precision.FP32, null));
  }

  private static TrainTask with(
      TrainTask task,
      String fingerprint,
      int worldSize,
      CheckpointConfig checkpoint,
      ValidationConfig validation,
      DivergenceConfig divergence,
      ExecutionConfig execution) {
    return new TrainTask(
        task.run(),
        task.stage(),
        fingerprint,
        task.seed(),
        task.model(),
        task.inputs(),
        Artifacts.prefix(task.stage(), fingerprint),
        work(task.stage(), fingerprint),
        worldSize,
        task.steps(),
        task.sequenceLength(),
        task.batch(),
        task.microBatch(),
        task.mixture(),
        task.optimizer(),
        task.beta(),
        task.loss(),
        checkpoint,
        validation,
        divergence,
        execution);
  }

  private static String work(Stage stage, String fingerprint) {
    return "work/%s/%s/".formatted(stage.word(), fingerprint);
  }

  TrainTask task(
      Stage stage,
      String fingerprint,
      @Nullable ModelShape shape,
      Map<String, ArtifactRef> inputs,
      int worldSize,
      int steps,
      double learningRate) {
    return new TrainTask(
        "test",
        stage,
        fingerprint,
        7,
        shape,
        new TreeMap<>(inputs),
        Artifacts.prefix(stage, fingerprint),
        work(stage, fingerprint),
        worldSize,
        steps,
        LENGTH,
        8,
        2,
        stage == Stage.PRETRAIN
            ? List.of(
                new MixturePhase("50%", new TreeMap<>(Map.of("en", 0.7, "ja", 0.3))),
                new MixturePhase("100%", new TreeMap<>(Map.of("en", 0.5, "ja", 0.5))))
            : List.of(),
        OptimizerConfig.adamW(learningRate, 0.1, 0.05, 0.9, 0.95, 1e-8, 0.1, 1.0),
        0.1,
        LossConfig.DEFAULT,
        CheckpointConfig.every(5, 2),
        ValidationConfig.DEFAULT,
        DivergenceConfig.DEFAULT,
        ExecutionConfig.DEFAULT);
  }

  /** Starts all ranks of a gang. */
  List<RankProcess> start(Object task, String command, int worldSize, int epoch)
      throws IOException {
    return start(task, command, worldSize, epoch, Map.of());
  }

  /** Starts all ranks of a gang, with some variables changed. */
  List<RankProcess> start(
      Object task, String command, int worldSize, int epoch, Map<String, String> changed)
      throws IOException {
    List<RankProcess> ranks = new ArrayList<>();
    int port = freePort();
    Path document = document(task);
    for (int rank = 0; rank < worldSize; rank++) {
      Map<String, String> environment = environment(document, rank, worldSize, port, epoch);
      environment.putAll(changed);
      ranks.add(RankProcess.start(command, environment, directory));
    }
    return ranks;
  }

  /** Starts one rank, as the launcher replaces one that has ended: raises the epoch first. */
  RankProcess replace(TrainTask task, int rank, int epoch) throws IOException {
    raise(task, epoch);
    return RankProcess.start(
        "train", environment(document(task), rank, task.worldSize(), freePort(), epoch), directory);
  }

  /** Writes the launcher's epoch. */
  void raise(TrainTask task, int epoch) {
    store.write(
        new WorkKeys(task.workPrefix()).epoch(),
        String.valueOf(epoch).getBytes(StandardCharsets.UTF_8));
  }

  private Path document(Object task) throws IOException {
    Path document = Files.createTempFile(directory, "task", ".json");
    return Files.write(document, Json.bytes(task));
  }

  private Map<String, String> environment(
      Path document, int rank, int worldSize, int port, int epoch) {
    Map<String, String> environment = new TreeMap<>(settings.toEnvironment());
    environment.put("RANK", String.valueOf(rank));
    environment.put("WORLD_SIZE", String.valueOf(worldSize));
    environment.put("LOCAL_RANK", String.valueOf(rank));
    environment.put("MASTER_ADDR", "127.0.0.1");
    environment.put("MASTER_PORT", String.valueOf(port));
    environment.put("TATARA_EPOCH", String.valueOf(epoch));
    environment.put("TATARA_TASK", document.toString());
    environment.put("TATARA_SILENCE_SECONDS", "15");
    environment.put("TATARA_METRICS_PORT", "0");
    environment.put("TATARA_EXIT_WITH_PARENT", "1");
    return environment;
  }

  /** Runs a gang of this task to its end; exit codes by rank. */
  List<Integer> run(TrainTask task, int epoch) throws IOException, InterruptedException {
    List<Integer> codes = new ArrayList<>();
    for (RankProcess rank : start(task, "train", task.worldSize(), epoch)) {
      codes.add(rank.await());
    }
    return codes;
  }

  /** Ends all ranks at once, and returns when they are gone. */
  static void kill(List<RankProcess> ranks) throws InterruptedException {
    ranks.forEach(RankProcess::kill);
    for (RankProcess rank : ranks) {
      rank.await();
    }
  }

  /** Where the task's ranks leave word. */
  static WorkKeys keys(TrainTask task) {
    return new WorkKeys(task.workPrefix());
  }

  /** Where an epoch began. */
  Start begun(TrainTask task, int epoch) {
    return Json.read(store.read(keys(task).start(epoch)), Start.class);
  }

  /** What the task's gangs got over by themselves, oldest first. */
  List<LedgerEntry> incidents(TrainTask task) {
    return store.list(keys(task).incidents()).stream()
        .map(key -> Json.read(store.read(key), LedgerEntry.class))
        .toList();
  }

  /** The newest sign of life of a rank. */
  Optional<Heartbeat> beat(TrainTask task, int rank) {
    return store.readIfPresent(keys(task).beat(rank)).map(b -> Json.read(b, Heartbeat.class));
  }

  /** Waits for a sign of life; fails if none comes that is as wanted. */
  void awaitBeat(TrainTask task, int rank, Predicate<Heartbeat> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (beat(task, rank).filter(wanted).isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the last of rank %d is %s".formatted(rank, beat(task, rank)));
      }
      // The store has no way to tell when an object changes.
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** The curve of the finished model. */
  List<StepReport.Point> curve(TrainTask task) {
    ArtifactRef ref = artifacts.find(task.stage(), task.fingerprint()).orElseThrow();
    return Curve.read(artifacts.read(ref, "curve.jsonl"));
  }

  /** The finished artifact's manifest. */
  Manifest result(TrainTask task) {
    return artifacts.manifest(artifacts.find(task.stage(), task.fingerprint()).orElseThrow());
  }

  static String weights(Manifest manifest) {
    return digest(manifest, "model.safetensors");
  }

  static String digest(Manifest manifest, String name) {
    return manifest.objects().stream()
        .filter(object -> object.name().equals(name))
        .findFirst()
        .orElseThrow()
        .sha256();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
