package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A model as Hugging Face transformers stores it: config.json and one or more safetensors files.
 */
public final class HuggingFaceFolder {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final ModelConfig config;
  private final SortedMap<String, Safetensors> tensors = new TreeMap<>();

  private HuggingFaceFolder(Path folder) {
    this.folder = folder;
    this.config =
        new ModelConfigReader(json("config.json"), folder.resolve("config.json").toString()).read();
    for (String file : weightFiles()) {
      Safetensors part = Safetensors.open(folder.resolve(file));
      part.names().forEach(name -> tensors.put(name, part));
    }
  }

  /**
   * Opens a folder; weights are read later.
   *
   * @throws InvalidInputException if it is missing, incomplete or of a model that cannot be run
   */
  public static HuggingFaceFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "There is no folder %s; give a Hugging Face folder, for example --model .tatara/runs/quickstart/publish"
              .formatted(folder));
    }
    return new HuggingFaceFolder(folder);
  }

  /** Shape of the model. */
  public ModelConfig config() {
    return config;
  }

  /** Bytes of one of its files. */
  public byte[] file(String name) {
    try {
      return Files.readAllBytes(existing(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Tokens that end a text: of the model and of its generation_config.json, if it has one. */
  public Set<Integer> endTokens() {
    Set<Integer> ends = new TreeSet<>(config.endTokens());
    if (Files.isRegularFile(folder.resolve("generation_config.json"))) {
      ends.addAll(ModelConfigReader.tokens(json("generation_config.json").path("eos_token_id")));
    }
    return ends;
  }

  /**
   * One weight as float32.
   *
   * @throws InvalidInputException if it is missing or its shape is not the expected one
   */
  NDArray weight(String name, NDManager manager, long... expected) {
    Safetensors file = tensors.get(name);
    if (file == null) {
      throw new InvalidInputException(
          "%s has no weight %s, which its config.json asks for".formatted(folder, name));
    }
    List<Long> shape = file.shape(name);
    if (!shape.equals(Arrays.stream(expected).boxed().toList())) {
      throw new InvalidInputException(
          "%s: weight %s has shape %s, but config.json asks for %s"
              .formatted(folder, name, shape, Arrays.toString(expected)));
    }
    return file.array(name, manager);
  }

  private List<String> weightFiles() {
    if (!Files.isRegularFile(folder.resolve(INDEX))) {
      existing(SINGLE);
      return List.of(SINGLE);
    }
    Set<String> files = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> entry : json(INDEX).path("weight_map").properties()) {
      String file = entry.getValue().asText();
      if (!folder.resolve(file).normalize().startsWith(folder.normalize())) {
        throw new InvalidInputException(
            "%s/%s names a file outside of the folder: %s".formatted(folder, INDEX, file));
      }
      existing(file);
      files.add(file);
    }
    return new ArrayList<>(files);
  }

  private Path existing(String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s has no %s; give the folder that holds config.json, model.safetensors and tokenizer.json"
              .formatted(folder, name));
    }
    return file;
  }

  private JsonNode json(String name) {
    try {
      return Json.tree(file(name));
    } catch (UncheckedIOException e) {
      throw new InvalidInputException(
          "%s is no JSON: %s".formatted(folder.resolve(name), e.getMessage()), e);
    }
  }
}
