package dev.tatara.tests.recovery;

import dev.tatara.activities.gang.GangListener;
import dev.tatara.activities.gang.GangPolicy;
import dev.tatara.activities.gang.GangRun;
import dev.tatara.activities.gang.GangTask;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.LocalPods;
import dev.tatara.k8s.Program;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Real trainer processes, real text and a real object store, without the rest of a pipeline: a
 * training of seconds, to be disturbed. Tokens are the bytes of Japanese books.
 */
final class TrainingGround implements AutoCloseable {
  private static final int TOKENS = 200_000;
  private static final int SPECIAL = 4;
  private static final int LENGTH = 64;

  private final Path directory;
  private final EmbeddedObjectStore server;
  private final StoreSettings settings;
  private final ObjectStore store;
  private final Artifacts artifacts;
  private final LocalPods pods;
  private final ArtifactRef tokens;

  TrainingGround(Path directory) throws IOException {
    this.directory = directory;
    server = EmbeddedObjectStore.start(directory.resolve("s3"), 0, "local", "local-secret");
    settings =
        new StoreSettings(server.endpoint(), "us-east-1", "local", "local-secret", "tatara", "");
    store = ObjectStore.connect(settings);
    artifacts = new Artifacts(store);
    pods =
        new LocalPods(
            directory.resolve("state"), image -> Program.installed(TataraCommand.home(), image));
    tokens = tokens();
  }

  private ArtifactRef tokens() throws IOException {
    String fingerprint = "tokens";
    String prefix = Artifacts.prefix(Stage.TOKENIZE, fingerprint);
    String name = "train/ja/00000.bin";
    TokenIndex index =
        new TokenIndex(
            256 + SPECIAL,
            0,
            new TreeMap<>(
                Map.of(
                    "ja",
                    new TokenIndex.Language(
                        List.of(new TokenIndex.Part(name, name + ".idx", TOKENS, "aozora")),
                        TOKENS,
                        1,
                        TOKENS,
                        "none",
                        0,
                        0,
                        0))));
    List<ManifestObject> objects = new ArrayList<>();
    objects.add(artifacts.put(prefix, name, books()));
    objects.add(artifacts.put(prefix, TokenIndex.NAME, Json.bytes(index)));
    objects.add(
        artifacts.put(
            prefix,
            "tokenizer.json",
            "{\"added_tokens\":[{\"id\":0,\"content\":\"<|endoftext|>\"}]}"
                .getBytes(StandardCharsets.UTF_8)));
    objects.add(
        artifacts.put(prefix, "tokenizer_config.json", "{}".getBytes(StandardCharsets.UTF_8)));
    return artifacts.commit(
        new Manifest(
            Stage.TOKENIZE,
            fingerprint,
            "1",
            new TreeMap<>(),
            objects,
            new TreeMap<>(),
            Account.EMPTY));
  }

  private static byte[] books() throws IOException {
    Path corpus = TataraCommand.home().resolve("config/corpus/aozora-ja.jsonl.gz");
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(corpus))) {
      ByteBuffer tokens = ByteBuffer.allocate(2 * TOKENS).order(ByteOrder.LITTLE_ENDIAN);
      for (byte each : in.readNBytes(TOKENS)) {
        tokens.putShort((short) (Byte.toUnsignedInt(each) + SPECIAL));
      }
      return tokens.array();
    }
  }

  /** A small pretraining; its name keeps its work and its model apart from others. */
  TrainTask task(String name, int worldSize, int steps, int checkpointEvery) {
    return new TrainTask(
        name,
        Stage.PRETRAIN,
        name,
        17,
        new ModelShape(64, 2, 4, 2, 176, true),
        new TreeMap<>(Map.of("tokens", tokens, "tokenizer", tokens)),
        Artifacts.prefix(Stage.PRETRAIN, name),
        "work/pretrain/%s/".formatted(name),
        worldSize,
        steps,
        LENGTH,
        8,
        2,
        List.of(),
        OptimizerConfig.DEFAULT,
        0,
        LossConfig.DEFAULT,
        CheckpointConfig.every(checkpointEvery, 2),
        ValidationConfig.DEFAULT,
        DivergenceConfig.DEFAULT,
        ExecutionConfig.DEFAULT);
  }

  /** Trains to the end. */
  List<LedgerEntry> train(TrainTask task) throws InterruptedException {
    return train(task, GangPolicy.DEFAULT);
  }

  List<LedgerEntry> train(TrainTask task, GangPolicy policy) throws InterruptedException {
    GangTask gang =
        new GangTask(
            task.run(),
            task.stage(),
            task.stage().word(),
            Gang.Image.TRAINER,
            "train",
            Json.text(task),
            task.worldSize(),
            1,
            256,
            task.workPrefix());
    return new GangRun(pods, store, settings, policy, Clock.systemUTC()).toEnd(gang, new Silence());
  }

  /** The processes of a rank of this task, at most one. */
  Optional<ProcessHandle> rank(TrainTask task, int rank) {
    String mark = "--run %s --stage pretrain --rank %d/".formatted(task.run(), rank);
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      return children
          .filter(child -> child.info().commandLine().orElse("").contains(mark))
          .findFirst();
    }
  }

  /** What the ranks say of their progress. */
  Optional<TaskProgress> progress(TrainTask task) {
    return store
        .readIfPresent(new WorkKeys(task.workPrefix()).progress())
        .map(bytes -> Json.read(bytes, TaskProgress.class));
  }

  ObjectStore store() {
    return store;
  }

  /** Name, size and digest of all that a finished training left: equal means equal bytes. */
  List<ManifestObject> model(TrainTask task) {
    return artifacts
        .manifest(artifacts.find(task.stage(), task.fingerprint()).orElseThrow())
        .objects();
  }

  /** The log of a process. */
  String log(TrainTask task, int epoch, int rank) throws IOException {
    return Files.readString(
        directory
            .resolve("state/logs")
            .resolve(task.run())
            .resolve("pretrain-epoch%d-rank%d.log".formatted(epoch, rank)));
  }

  @Override
  public void close() {
    server.close();
  }

  /** Nobody listens. */
  private static final class Silence implements GangListener {
    @Override
    public void looked(@Nullable TaskProgress progress) {
      // The test looks for itself.
    }

    @Override
    public void failed(LedgerEntry entry) {
      // The entries are returned in the end.
    }
  }
}
