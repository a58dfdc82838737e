package dev.tatara.trainer.model;

import dev.tatara.config.InvalidInputException;
import dev.tatara.trainer.safetensors.SafeTensorsWriter;
import dev.tatara.trainer.tensor.HostMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * A model's Hugging Face folder: {@code config.json} and {@code model.safetensors}, or several
 * files of weights with {@code model.safetensors.index.json}.
 */
public final class ModelFolder {
  public static final String CONFIG = "config.json";
  public static final String WEIGHTS = "model.safetensors";

  /** As in Hugging Face transformers: larger models are cut into files of at most 5 GB. */
  public static final long SHARD_BYTES = 5_000_000_000L;

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

  /** Whether an object of this name belongs to what {@link #load} reads. */
  public static boolean isPart(String name) {
    return name.equals(CONFIG) || name.equals(ShardIndex.NAME) || ShardIndex.isFileName(name);
  }

  /**
   * Fills the parameters from the folder; bfloat16 and float16 become 32-bit floats.
   *
   * @throws InvalidInputException if a file is broken, a tensor is missing, has another shape, or
   *     is one more than the configuration calls for
   */
  public static void load(Path folder, Parameters parameters) throws IOException {
    load(folder, parameters.layout(), layout -> parameters);
  }

  /**
   * As above, but makes the parameters only when the headers of all files agree with the layout: a
   * configuration that lies about its size costs no memory.
   */
  public static Parameters load(
      Path folder, ParameterLayout layout, Function<ParameterLayout, Parameters> make)
      throws IOException {
    try (WeightFiles files = WeightFiles.open(folder)) {
      files.check(layout);
      Parameters parameters = make.apply(layout);
      for (ParameterLayout.Slot slot : layout.tensors()) {
        parameters.fill(slot, target -> files.read(slot.name(), target));
      }
      return parameters;
    }
  }

  /** What each tensor of the folder is stored as, for writing it the same way again. */
  public static SortedMap<String, WeightType> types(Path folder, ParameterLayout layout)
      throws IOException {
    SortedMap<String, WeightType> types = new TreeMap<>();
    try (WeightFiles files = WeightFiles.open(folder)) {
      files.check(layout);
      layout.tensors().forEach(slot -> types.put(slot.name(), files.type(slot.name())));
    }
    return types;
  }

  /** Writes 32-bit floats, in as few files as fit. */
  public static List<Path> save(Path folder, Parameters parameters) throws IOException {
    return save(folder, parameters, name -> WeightType.F32, SHARD_BYTES);
  }

  /**
   * Writes the weights with their Hugging Face names, in the order of these, as transformers does:
   * what was read from one of its files gives the same file again.
   *
   * @param type of each tensor
   * @param shardBytes most bytes of tensors in one file, unless one tensor alone is larger
   * @return the files written: one, or several and their index
   */
  public static List<Path> save(
      Path folder, Parameters parameters, Function<String, WeightType> type, long shardBytes)
      throws IOException {
    List<List<SafeTensorsWriter.Source>> shards = split(sources(parameters, type), shardBytes);
    if (shards.size() == 1) {
      Path file = folder.resolve(WEIGHTS);
      SafeTensorsWriter.write(file, shards.get(0));
      return List.of(file);
    }
    List<Path> files = new ArrayList<>();
    SortedMap<String, String> places = new TreeMap<>();
    long bytes = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      files.add(folder.resolve(name));
      SafeTensorsWriter.write(folder.resolve(name), shards.get(i));
      for (SafeTensorsWriter.Source source : shards.get(i)) {
        places.put(source.name(), name);
        bytes += source.bytes();
      }
    }
    Path index = folder.resolve(ShardIndex.NAME);
    Files.write(index, new ShardIndex(places).bytes(parameters.layout().parameters(), bytes));
    files.add(index);
    return files;
  }

  private static List<SafeTensorsWriter.Source> sources(
      Parameters parameters, Function<String, WeightType> type) {
    return parameters.layout().tensors().stream()
        .sorted(Comparator.comparing(ParameterLayout.Slot::name))
        .map(slot -> source(parameters, slot, type.apply(slot.name())))
        .toList();
  }

  private static SafeTensorsWriter.Source source(
      Parameters parameters, ParameterLayout.Slot slot, WeightType type) {
    return new SafeTensorsWriter.Source(
        slot.name(),
        type.name(),
        slot.shape(),
        sink ->
            parameters.read(
                slot,
                elements -> {
                  Tensor values = elements.to(type.engineType()).contiguous();
                  HostMemory.of(values).forEachPiece((offset, piece) -> sink.write(piece));
                }));
  }

  private static List<List<SafeTensorsWriter.Source>> split(
      List<SafeTensorsWriter.Source> sources, long limit) {
    List<List<SafeTensorsWriter.Source>> shards = new ArrayList<>();
    long size = Long.MAX_VALUE;
    for (SafeTensorsWriter.Source source : sources) {
      if (size > limit - source.bytes()) {
        shards.add(new ArrayList<>());
        size = 0;
      }
      shards.get(shards.size() - 1).add(source);
      size += source.bytes();
    }
    return shards;
  }
}
