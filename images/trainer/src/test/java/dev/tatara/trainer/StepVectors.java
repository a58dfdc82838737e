package dev.tatara.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.token.ChatRow;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.objective.AssistantTokens;
import dev.tatara.trainer.objective.NextToken;
import dev.tatara.trainer.safetensors.SafeTensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The folder of recorded optimizer steps: its models, batches and hyperparameters. */
final class StepVectors {
  private final Path folder;
  private final ByteBuffer batches;
  private final ByteBuffer masks;
  private final JsonNode hyper;

  StepVectors(Path folder) throws IOException {
    this.folder = folder;
    hyper = json("hyperparameters.json");
    try (SafeTensorsFile file = SafeTensorsFile.open(folder.resolve("batches.safetensors"))) {
      batches = bytes(file, "batches");
      masks = bytes(file, "target_mask");
    }
  }

  JsonNode json(String name) throws IOException {
    return Json.tree(Files.readAllBytes(folder.resolve(name)));
  }

  private static ByteBuffer bytes(SafeTensorsFile file, String name) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) file.entry(name).bytes()).order(ByteOrder.LITTLE_ENDIAN);
    file.read(file.entry(name), 0, bytes);
    return bytes.flip();
  }

  int rows() {
    return hyper.path("B").asInt();
  }

  int steps() {
    return hyper.path("steps").asInt();
  }

  private int length() {
    return hyper.path("T").asInt();
  }

  Llama model(String name, Sharding sharding) throws IOException {
    Path init = folder.resolve(name).resolve("init");
    HuggingFaceConfig config = ModelFolder.config(init);
    Parameters parameters = Parameters.trainable(ParameterLayout.of(config), sharding);
    ModelFolder.load(init, parameters);
    return new Llama(config, parameters, length() + 1);
  }

  NextToken nextToken(double zLoss) {
    return new NextToken(
        (index, target, at) -> {
          for (int t = 0; t <= length(); t++) {
            target[at + t] = token(index, t);
          }
        },
        length(),
        zLoss);
  }

  /** Only the targets that the mask lets through. */
  AssistantTokens masked() {
    return new AssistantTokens(this::chat, length() + 1);
  }

  private ChatRow chat(long index) {
    List<Integer> ids = new ArrayList<>();
    List<Integer> mask = new ArrayList<>(List.of(0));
    for (int t = 0; t <= length(); t++) {
      ids.add(token(index, t));
      if (t < length()) {
        mask.add((int) masks.get((int) index * length() + t));
      }
    }
    return new ChatRow(ids, mask);
  }

  private int token(long index, int t) {
    return batches.getInt(4 * ((int) index * (length() + 1) + t));
  }

  TrainTask task(OptimizerConfig optimizer, int microBatch, int ranks) {
    return task(optimizer, microBatch, ranks, LossConfig.DEFAULT);
  }

  TrainTask task(OptimizerConfig optimizer, int microBatch, int ranks, LossConfig loss) {
    return new TrainTask(
        "test",
        Stage.PRETRAIN,
        "none",
        0,
        null,
        new TreeMap<>(),
        "",
        "",
        ranks,
        steps(),
        length(),
        rows(),
        microBatch,
        List.of(),
        optimizer,
        0,
        loss,
        CheckpointConfig.every(10, 1),
        ValidationConfig.DEFAULT,
        DivergenceConfig.DEFAULT,
        ExecutionConfig.DEFAULT);
  }

  OptimizerConfig adamW() {
    return optimizer(null, null, null);
  }

  OptimizerConfig withoutClipping() {
    return optimizer(null, null, 0.0);
  }

  /** Muon on the matrices; embeddings do not decay. */
  OptimizerConfig muon() {
    return optimizer(OptimizerConfig.Algorithm.MUON, false, null);
  }

  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  private OptimizerConfig optimizer(
      OptimizerConfig.@Nullable Algorithm algorithm,
      @Nullable Boolean decayEmbeddings,
      @Nullable Double clip) {
    return new OptimizerConfig(
        algorithm,
        hyper.path("peak").asDouble(),
        OptimizerConfig.Schedule.COSINE,
        hyper.path("min_ratio").asDouble(),
        hyper.path("warmup").asDouble() / steps(),
        null,
        hyper.path("betas").path(0).asDouble(),
        hyper.path("betas").path(1).asDouble(),
        hyper.path("eps").asDouble(),
        null,
        hyper.path("wd").asDouble(),
        decayEmbeddings == null ? hyper.path("decay_embeddings").asBoolean() : decayEmbeddings,
        clip == null ? hyper.path("clip").asDouble() : clip);
  }
}
