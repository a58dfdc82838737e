package dev.tatara.activities.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.InvalidInputException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** {@code model.safetensors.index.json}: which files the weights lie in. */
final class WeightIndex {
  /** As for the trainer: what can only be a file beside the index. */
  private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");

  private static final int MOST_FILES = 10_000;

  private WeightIndex() {}

  /**
   * Names of the files, sorted.
   *
   * @throws InvalidInputException if it is no such index, or names what is no file beside it
   */
  static Set<String> files(byte[] json, String where) {
    JsonNode map = ModelConfig.tree(json, where).path("weight_map");
    Set<String> names = new TreeSet<>();
    for (JsonNode value : map) {
      String name = value.isTextual() ? value.asText() : "";
      if (!FILE.matcher(name).matches()) {
        throw new InvalidInputException(
            "%s names %s, but must name safetensors files of its own folder. Download or export the model again"
                .formatted(where, value));
      }
      names.add(name);
    }
    if (names.isEmpty() || names.size() > MOST_FILES) {
      throw new InvalidInputException(
          "%s names %d files, but must name 1 to %d in weight_map. Download or export the model again"
              .formatted(where, names.size(), MOST_FILES));
    }
    return names;
  }
}
