package dev.tatara.tests.pipeline;

import dev.tatara.activities.gang.GangTask;
import dev.tatara.base.store.Artifacts;
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
import dev.tatara.config.task.TrainTask;
import dev.tatara.k8s.Gang;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * A training of seconds on real text, without the rest of a pipeline: tokens are the bytes of
 * Japanese books.
 */
public final class TinyTraining {
  private static final int TOKENS = 200_000;
  private static final int SPECIAL = 4;
  private static final int LENGTH = 64;
  private static final int MAX_HEAP_MEGABYTES = 256;

  private final Artifacts artifacts;
  private final ArtifactRef tokens;

  private TinyTraining(Artifacts artifacts, ArtifactRef tokens) {
    this.artifacts = artifacts;
    this.tokens = tokens;
  }

  /** Writes the tokens. */
  public static TinyTraining prepare(Artifacts artifacts) throws IOException {
    return new TinyTraining(artifacts, tokens(artifacts));
  }

  private static ArtifactRef tokens(Artifacts artifacts) throws IOException {
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
  public TrainTask task(String name, int worldSize, int steps, int checkpointEvery) {
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

  /** The gang that does the task. */
  public static GangTask gang(TrainTask task) {
    return new GangTask(
        task.run(),
        task.stage(),
        task.stage().word(),
        Gang.Image.TRAINER,
        "train",
        Json.text(task),
        task.worldSize(),
        1,
        MAX_HEAP_MEGABYTES,
        task.workPrefix(),
        1_000_000);
  }

  /** Name, size and digest of all that a finished training left: equal means equal bytes. */
  public List<ManifestObject> model(TrainTask task) {
    return artifacts
        .manifest(artifacts.find(task.stage(), task.fingerprint()).orElseThrow())
        .objects();
  }
}
