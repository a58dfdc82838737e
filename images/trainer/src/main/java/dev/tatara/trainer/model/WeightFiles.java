package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.tatara.config.InvalidInputException;
import dev.tatara.trainer.safetensors.SafeTensorsFile;
import dev.tatara.trainer.safetensors.TensorEntry;
import dev.tatara.trainer.tensor.HostMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;

/** The weights of a folder, in one safetensors file or in several with an index; open to read. */
final class WeightFiles implements AutoCloseable {
  private final Path folder;
  private final Map<String, SafeTensorsFile> opened = new LinkedHashMap<>();

  /** File name by tensor name. */
  private final SortedMap<String, String> places = new TreeMap<>();

  private WeightFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens all files and checks their headers.
   *
   * @throws InvalidInputException if a file is missing or broken, or the index disagrees with one
   */
  static WeightFiles open(Path folder) throws IOException {
    WeightFiles files = new WeightFiles(folder);
    try {
      Path index = folder.resolve(ShardIndex.NAME);
      if (Files.exists(folder.resolve(ModelFolder.WEIGHTS)) || !Files.exists(index)) {
        files.add(ModelFolder.WEIGHTS);
      } else {
        files.add(ShardIndex.read(index), index);
      }
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private void add(ShardIndex index, Path path) throws IOException {
    for (String file : new TreeSet<>(index.files().values())) {
      if (!Files.isRegularFile(folder.resolve(file))) {
        throw new InvalidInputException(
            "%s names %s, which is not there; download the model again".formatted(path, file));
      }
      add(file);
    }
    if (!places.equals(index.files())) {
      SortedMap<String, String> odd = new TreeMap<>(index.files());
      odd.entrySet().removeAll(places.entrySet());
      SortedMap<String, String> unknown = new TreeMap<>(places);
      unknown.entrySet().removeAll(index.files().entrySet());
      throw new InvalidInputException(
          "%s and the files beside it disagree: it alone has %s, they alone have %s; download the model again"
              .formatted(path, few(odd), few(unknown)));
    }
  }

  private static Object few(SortedMap<String, String> places) {
    return places.entrySet().stream().limit(3).toList();
  }

  private void add(String name) throws IOException {
    SafeTensorsFile file = SafeTensorsFile.open(folder.resolve(name));
    opened.put(name, file);
    for (String tensor : file.entries().keySet()) {
      String before = places.put(tensor, name);
      if (before != null) {
        throw new InvalidInputException(
            "%s: tensor \"%s\" is in %s and again in %s; download the model again"
                .formatted(folder, tensor, before, name));
      }
    }
  }

  /**
   * Requires just the tensors of a layout, each with its shape. Nothing large is held before.
   *
   * @throws InvalidInputException if a tensor is missing, has another shape or dtype, or is one
   *     more than the configuration calls for
   */
  void check(ParameterLayout layout) {
    TreeSet<String> unknown = new TreeSet<>(places.keySet());
    for (ParameterLayout.Slot slot : layout.tensors()) {
      TensorEntry entry = file(slot.name()).entry(slot.name());
      if (!entry.shape().equals(slot.shape())) {
        throw new InvalidInputException(
            "%s has shape %s, but its config.json calls for %s; the two do not belong together"
                .formatted(place(slot.name()), entry.shape(), slot.shape()));
      }
      WeightType.of(entry.dtype(), place(slot.name()));
      unknown.remove(slot.name());
    }
    // Some tools write the shared matrix of tied embeddings twice.
    unknown.remove("lm_head.weight");
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(
          "%s has tensors that its config.json does not call for: %s; the two do not belong together"
              .formatted(folder, unknown.stream().limit(5).toList()));
    }
  }

  private SafeTensorsFile file(String tensor) {
    String name = places.getOrDefault(tensor, opened.keySet().iterator().next());
    SafeTensorsFile file = opened.get(name);
    if (file == null) {
      throw new IllegalStateException(name + " is not open");
    }
    return file;
  }

  private String place(String tensor) {
    return "%s: tensor \"%s\"".formatted(folder.resolve(places.getOrDefault(tensor, "")), tensor);
  }

  /** What a tensor is stored as. */
  WeightType type(String tensor) {
    return WeightType.of(file(tensor).entry(tensor).dtype(), place(tensor));
  }

  /** Copies a tensor; narrow numbers become 32-bit floats, which changes none. */
  void read(String tensor, Tensor target) throws IOException {
    TensorEntry entry = file(tensor).entry(tensor);
    WeightType type = type(tensor);
    try (PointerScope scope = new PointerScope()) {
      Tensor raw =
          type == WeightType.F32
              ? target
              : torch_empty(
                  new long[] {entry.elements()}, new TensorOptions(type.engineType()), null);
      SafeTensorsFile file = file(tensor);
      HostMemory.of(raw).forEachPiece((offset, piece) -> file.read(entry, offset, piece));
      if (type != WeightType.F32) {
        target.copy_(raw);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (SafeTensorsFile file : opened.values()) {
      file.close();
    }
  }
}
