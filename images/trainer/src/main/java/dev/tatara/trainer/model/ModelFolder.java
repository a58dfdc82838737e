package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.tatara.config.InvalidInputException;
import dev.tatara.trainer.safetensors.SafeTensorsFile;
import dev.tatara.trainer.safetensors.SafeTensorsWriter;
import dev.tatara.trainer.safetensors.TensorEntry;
import dev.tatara.trainer.tensor.HostMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A model's Hugging Face folder: {@code config.json} and {@code model.safetensors}. */
public final class ModelFolder {
  public static final String CONFIG = "config.json";
  public static final String WEIGHTS = "model.safetensors";

  private ModelFolder() {}

  /**
   * The dimensions.
   *
   * @throws InvalidInputException if {@code config.json} is missing or not supported
   */
  public static HuggingFaceConfig config(Path folder) throws IOException {
    Path path = folder.resolve(CONFIG);
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(
          "%s is not there; a model folder needs config.json and model.safetensors"
              .formatted(path));
    }
    return HuggingFaceJson.read(Files.readAllBytes(path), path.toString());
  }

  /**
   * Fills the parameters from the folder; bfloat16 and float16 become 32-bit floats.
   *
   * @throws InvalidInputException if a tensor is missing, has another shape, or is one more than
   *     the configuration calls for
   */
  public static void load(Path folder, Parameters parameters) throws IOException {
    Path path = folder.resolve(WEIGHTS);
    Set<String> unknown;
    try (SafeTensorsFile file = SafeTensorsFile.open(path)) {
      unknown = new TreeSet<>(file.entries().keySet());
      for (ParameterLayout.Slot slot : parameters.layout().tensors()) {
        load(file, path, slot, parameters);
        unknown.remove(slot.name());
      }
    }
    // Some tools write the shared matrix of tied embeddings twice.
    unknown.remove("lm_head.weight");
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(
          "%s has tensors that its config.json does not call for: %s; the two do not belong together"
              .formatted(path, unknown.stream().limit(5).toList()));
    }
  }

  private static void load(
      SafeTensorsFile file, Path path, ParameterLayout.Slot slot, Parameters parameters)
      throws IOException {
    TensorEntry entry = file.entry(slot.name());
    if (!entry.shape().equals(slot.shape())) {
      throw new InvalidInputException(
          "%s: tensor \"%s\" has shape %s, but its config.json calls for %s"
              .formatted(path, slot.name(), entry.shape(), slot.shape()));
    }
    ScalarType type = type(entry, path, slot.name());
    parameters.fill(
        slot,
        target -> {
          Tensor raw =
              type == ScalarType.Float
                  ? target
                  : torch_empty(new long[] {slot.elements()}, new TensorOptions(type), null);
          HostMemory.of(raw).forEachPiece((offset, piece) -> file.read(entry, offset, piece));
          if (type != ScalarType.Float) {
            target.copy_(raw);
          }
        });
  }

  private static ScalarType type(TensorEntry entry, Path path, String name) {
    return switch (entry.dtype()) {
      case "F32" -> ScalarType.Float;
      case "BF16" -> ScalarType.BFloat16;
      case "F16" -> ScalarType.Half;
      default ->
          throw new InvalidInputException(
              "%s: tensor \"%s\" has dtype %s; convert it to F32, BF16 or F16"
                  .formatted(path, name, entry.dtype()));
    };
  }

  /** Writes {@code model.safetensors}: Hugging Face names, 32-bit floats. */
  public static void save(Path file, Parameters parameters) throws IOException {
    List<SafeTensorsWriter.Source> sources = new ArrayList<>();
    for (ParameterLayout.Slot slot : parameters.layout().tensors()) {
      sources.add(
          new SafeTensorsWriter.Source(
              slot.name(),
              slot.shape(),
              sink ->
                  parameters.read(
                      slot,
                      elements ->
                          HostMemory.of(elements)
                              .forEachPiece((offset, piece) -> sink.write(piece)))));
    }
    SafeTensorsWriter.write(file, sources);
  }
}
