package dev.tatara.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.ScoreTask;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.safetensors.SafeTensorsWriter;
import dev.tatara.trainer.tensor.Engine;
import dev.tatara.trainer.tensor.HostMemory;
import dev.tatara.trainer.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** {@code score}: the logits of a finished model on given sequences. */
final class ScoreCommand {
  private ScoreCommand() {}

  /** Does the task of the environment; returns the exit code. */
  static int run(Map<String, String> environment) {
    ScoreTask task = TaskInputs.read(environment, ScoreTask.class);
    ObjectStore store = StoreConnection.open(environment);
    Engine.start(environment);
    List<long[]> sequences = sequences(store.read(task.inputs()), task.inputs());
    int longest = sequences.stream().mapToInt(ids -> ids.length).max().orElse(1);
    try (ModelInput input = ModelInput.fetch(new Artifacts(store), task.model())) {
      HuggingFaceConfig config = input.config();
      Llama model = new Llama(config, input.load(Parameters::frozen), longest);
      sequences.forEach(ids -> requireKnown(ids, config, task.inputs()));
      write(model, sequences, store, task.output());
    }
    return ExitCode.DONE;
  }

  private static List<long[]> sequences(byte[] json, String where) {
    List<long[]> sequences = new ArrayList<>();
    for (JsonNode row : Json.tree(json)) {
      long[] ids = new long[row.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = row.get(i).asLong(-1);
      }
      if (ids.length == 0) {
        throw new InvalidInputException(
            "%s: sequence %d is empty; give at least one token id"
                .formatted(where, sequences.size()));
      }
      sequences.add(ids);
    }
    return sequences;
  }

  private static void requireKnown(long[] ids, HuggingFaceConfig config, String where) {
    for (long id : ids) {
      if (id < 0 || id >= config.vocabularySize()) {
        throw new InvalidInputException(
            "%s has the token %d, but the model's vocabulary has %d"
                .formatted(where, id, config.vocabularySize()));
      }
    }
  }

  private static void write(Llama model, List<long[]> sequences, ObjectStore store, String output) {
    List<SafeTensorsWriter.Source> sources = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      long[] ids = sequences.get(i);
      sources.add(
          new SafeTensorsWriter.Source(
              "logits_" + i,
              "F32",
              List.of((long) ids.length, (long) model.config().vocabularySize()),
              sink -> writeLogits(model, ids, sink)));
    }
    try {
      Path file = Files.createTempFile("tatara", ".safetensors");
      try {
        SafeTensorsWriter.write(file, sources);
        store.write(output, file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeLogits(Llama model, long[] ids, SafeTensorsWriter.Sink sink)
      throws IOException {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor logits = model.logits(Tensors.of(ids).view(1, ids.length), null).contiguous();
      HostMemory.of(Tensors.onHost(logits)).forEachPiece((offset, piece) -> sink.write(piece));
    }
  }
}
