package dev.tatara.trainer.model;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * {@code model.safetensors.index.json}: which file of a folder holds which tensor.
 *
 * @param files file name by tensor name
 */
record ShardIndex(SortedMap<String, String> files) {
  static final String NAME = "model.safetensors.index.json";

  private static final long LARGEST = 64L << 20;
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");

  ShardIndex {
    files = new TreeMap<>(files);
  }

  /**
   * Reads and checks.
   *
   * @throws InvalidInputException if it is no such index, or names what is no file of the folder
   */
  static ShardIndex read(Path path) throws IOException {
    if (Files.size(path) > LARGEST) {
      throw wrong(path, "has %d bytes, more than any index needs".formatted(Files.size(path)));
    }
    JsonNode map = tree(path).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw wrong(path, "has no weight_map of tensor names to file names");
    }
    SortedMap<String, String> files = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : map.properties()) {
      String file = field.getValue().isTextual() ? field.getValue().asText() : "";
      if (!isFileName(file)) {
        throw wrong(
            path,
            "says that \"%s\" lies in \"%s\", which is no safetensors file of its own folder"
                .formatted(field.getKey(), field.getValue().asText()));
      }
      files.put(field.getKey(), file);
    }
    return new ShardIndex(files);
  }

  /** Whether this can only be a file next to the index. */
  static boolean isFileName(String name) {
    return FILE.matcher(name).matches();
  }

  private static JsonNode tree(Path path) throws IOException {
    byte[] json = Files.readAllBytes(path);
    try {
      return Json.MAPPER.reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION).readTree(json);
    } catch (IOException e) {
      throw wrong(
          path,
          "is no JSON (%s)"
              .formatted(String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  private static InvalidInputException wrong(Path path, String what) {
    return new InvalidInputException(
        "%s %s. Download or export the model again".formatted(path, what));
  }

  /** Its bytes. */
  byte[] bytes(long parameters, long weightBytes) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("metadata").put("total_parameters", parameters).put("total_size", weightBytes);
    ObjectNode map = root.putObject("weight_map");
    files.forEach(map::put);
    return (Json.pretty(root) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
