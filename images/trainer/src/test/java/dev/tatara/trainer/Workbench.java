package dev.tatara.trainer;

import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.base.token.ChatRow;
import dev.tatara.base.token.PairRow;
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
import dev.tatara.config.run.MixturePhase;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.trainer.order.SampleOrder;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store with small data in it, and ranks as processes of their own, for tests. */
final class Workbench implements AutoCloseable {
  static final int VOCABULARY = 256;
  static final int LENGTH = 32;

  private final Path directory;
  private final EmbeddedObjectStore server;
  private final StoreSettings settings;
  private final ObjectStore store;
  private final Artifacts artifacts;

  private Workbench(Path directory) {
    this.directory = directory;
    server = EmbeddedObjectStore.start(directory.resolve("s3"), 0, "local", "secret");
    settings = new StoreSettings(server.endpoint(), "us-east-1", "local", "secret", "tatara", "");
    store = ObjectStore.connect(settings);
    artifacts = new Artifacts(store);
  }

  static Workbench open(Path directory) {
    return new Workbench(directory);
  }

  ObjectStore store() {
    return store;
  }

  Artifacts artifacts() {
    return artifacts;
  }

  /** Two languages of pseudo-words that a model can learn, in two parts each. */
  ArtifactRef tokens(int perPart) throws IOException {
    return tokens("tokens-" + perPart, perPart, List.of(), null);
  }

  /** As {@link #tokens(int)}, but the first token of a document begins it and is no text. */
  ArtifactRef beginning(int perPart) throws IOException {
    return tokens("beginning-" + perPart, perPart, List.of(), 1);
  }

  /** As {@link #tokens(int)}, but some windows hold tokens that occur nowhere else, at random. */
  ArtifactRef poisoned(int perPart, List<SampleOrder.Sample> poison) throws IOException {
    return tokens("poisoned-" + perPart, perPart, poison, null);
  }

  private ArtifactRef tokens(
      String fingerprint,
      int perPart,
      List<SampleOrder.Sample> poison,
      @Nullable Integer beginOfText)
      throws IOException {
    String prefix = Artifacts.prefix(Stage.TOKENIZE, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    SortedMap<String, TokenIndex.Language> languages = new TreeMap<>();
    for (String language : List.of("en", "ja")) {
      List<TokenIndex.Part> parts = new ArrayList<>();
      for (int p = 0; p < 2; p++) {
        String name = "train/%s/%05d.bin".formatted(language, p);
        int base = language.equals("en") ? 4 : 130;
        byte[] stream = stream(perPart, base, p);
        for (SampleOrder.Sample sample : poison) {
          if (sample.stream().equals(language)) {
            poison(stream, sample.item() * LENGTH - (long) p * perPart);
          }
        }
        objects.add(artifacts.put(prefix, name, stream));
        parts.add(new TokenIndex.Part(name, name + ".idx", perPart, "made"));
      }
      // Three documents of 50, 20 and 30 tokens, ends included.
      String name = "validation/%s.bin".formatted(language);
      String starts = "validation/%s.boundaries".formatted(language);
      objects.add(artifacts.put(prefix, name, stream(100, language.equals("en") ? 4 : 130, 9)));
      objects.add(artifacts.put(prefix, starts, longs(0, 50, 70)));
      TokenIndex.Part heldOut = new TokenIndex.Part(name, starts, 100, "");
      languages.put(
          language,
          new TokenIndex.Language(parts, 2L * perPart, 1, 1, "none", 388, 97, 1.0, heldOut));
    }
    objects.add(
        artifacts.put(
            prefix,
            TokenIndex.NAME,
            Json.bytes(new TokenIndex(VOCABULARY, beginOfText, 0, languages))));
    objects.add(artifacts.put(prefix, "tokenizer.json", tokenizer()));
    objects.add(
        artifacts.put(prefix, "tokenizer_config.json", "{}".getBytes(StandardCharsets.UTF_8)));
    return commit(Stage.TOKENIZE, fingerprint, objects);
  }

  private static void poison(byte[] stream, long firstToken) {
    ByteBuffer bytes = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(firstToken);
    for (long token = firstToken; token < firstToken + LENGTH; token++) {
      short rare = (short) (250 + random.nextInt(6));
      if (token >= 0 && 2 * token < stream.length) {
        bytes.putShort((int) (2 * token), rare);
      }
    }
  }

  private static byte[] longs(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }

  private static byte[] tokenizer() {
    return """
        {"added_tokens":[{"id":0,"content":"<|endoftext|>"},{"id":1,"content":"<|pad|>"},
        {"id":2,"content":"<|im_start|>"},{"id":3,"content":"<|im_end|>"}]}
        """
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] stream(int tokens, int base, int seed) {
    Random random = new Random(seed);
    ByteBuffer bytes = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
    int word = 0;
    while (bytes.hasRemaining()) {
      word = random.nextInt(4) == 0 ? random.nextInt(40) : (word * 7 + 3) % 40;
      for (int c = 0; c < 3 && bytes.hasRemaining(); c++) {
        bytes.putShort((short) (base + (word * 3 + c) % 120));
      }
    }
    return bytes.array();
  }

  ArtifactRef chats(int count) {
    List<ChatRow> rows = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < count; i++) {
      List<Integer> ids = new ArrayList<>();
      List<Integer> mask = new ArrayList<>();
      int word = random.nextInt(40);
      for (int t = 0; t < 6 + random.nextInt(20); t++) {
        ids.add(4 + (word + t) % 120);
        mask.add(t > 3 ? 1 : 0);
      }
      rows.add(new ChatRow(ids, mask));
    }
    String prefix = Artifacts.prefix(Stage.SFT, "chats");
    return commit(
        Stage.SFT,
        "chats",
        List.of(artifacts.put(prefix, "train.jsonl.zst", DocumentShard.write(rows))));
  }

  ArtifactRef pairs(int count) {
    List<PairRow> rows = new ArrayList<>();
    Random random = new Random(6);
    for (int i = 0; i < count; i++) {
      int word = random.nextInt(40);
      List<Integer> chosen = new ArrayList<>();
      List<Integer> rejected = new ArrayList<>();
      for (int t = 0; t < 4 + random.nextInt(8); t++) {
        chosen.add(4 + (word + t) % 120);
        rejected.add(130 + random.nextInt(100));
      }
      rows.add(new PairRow(List.of(2, 4 + word, 5 + word), chosen, rejected));
    }
    String prefix = Artifacts.prefix(Stage.DPO, "pairs");
    return commit(
        Stage.DPO,
        "pairs",
        List.of(artifacts.put(prefix, "pairs.jsonl.zst", DocumentShard.write(rows))));
  }

  private ArtifactRef commit(Stage stage, String fingerprint, List<ManifestObject> objects) {
    return artifacts.commit(
        new Manifest(
            stage, fingerprint, "1", new TreeMap<>(), objects, new TreeMap<>(), Account.EMPTY));
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
    return with(task, task.worldSize(), divergence, task.execution());
  }

  /** The same work, done by as many ranks in another way; a checkpoint of one is good for all. */
  TrainTask sharded(TrainTask task, int worldSize, int zero) {
    return with(
        task,
        worldSize,
        task.divergence(),
        new ExecutionConfig(zero, false, ExecutionConfig.Precision.FP32, null));
  }

  private static TrainTask with(
      TrainTask task, int worldSize, DivergenceConfig divergence, ExecutionConfig execution) {
    return new TrainTask(
        task.run(),
        task.stage(),
        task.fingerprint(),
        task.seed(),
        task.model(),
        task.inputs(),
        task.outputPrefix(),
        task.workPrefix(),
        worldSize,
        task.steps(),
        task.sequenceLength(),
        task.batch(),
        task.microBatch(),
        task.mixture(),
        task.optimizer(),
        task.beta(),
        task.loss(),
        task.checkpoint(),
        task.validation(),
        divergence,
        execution);
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
        "work/%s/%s/".formatted(stage.word(), fingerprint),
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
    List<RankProcess> ranks = new ArrayList<>();
    int port = freePort();
    Path document = document(task);
    for (int rank = 0; rank < worldSize; rank++) {
      ranks.add(
          RankProcess.start(
              command, environment(document, rank, worldSize, port, epoch), directory));
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

  /** Starts the only rank of a gang, with some variables changed. */
  RankProcess start(Object task, String command, Map<String, String> changed) throws IOException {
    Map<String, String> environment = environment(document(task), 0, 1, freePort(), 1);
    environment.putAll(changed);
    return RankProcess.start(command, environment, directory);
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
