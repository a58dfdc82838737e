package dev.tatara.config.strict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.util.function.BiConsumer;

/** Turns YAML into a record, or says everything that keeps it from becoming one. */
public final class StrictYaml {
  private StrictYaml() {}

  /**
   * Reads one document.
   *
   * @param name name of the file, for messages
   * @param rules checks that need more than one value; called with the record and the place of the
   *     whole document. What is wrong by itself is absent from the record, and {@link Place#clear}
   *     says so
   * @throws InvalidInputException with every problem of the document
   */
  public static <T extends Record> T read(
      String yaml, String name, Class<T> type, BiConsumer<T, Place> rules) {
    YamlTree tree = new YamlTree(yaml, name);
    Problems problems = tree.problems();
    if (!(tree.root() instanceof ObjectNode root)) {
      problems.add(
          "",
          StrictReader.describe(tree.root()),
          "must be a mapping",
          "start from a file in config/runs, for example quickstart.yaml");
      problems.throwIfAny(name);
      throw new IllegalStateException("the problem above was thrown");
    }
    JsonNode sound = new StrictReader(Shape.of(type), problems).read(root);
    T document = convert(sound, type);
    rules.accept(document, problems.at(""));
    problems.throwIfAny(name);
    return document;
  }

  private static <T> T convert(JsonNode tree, Class<T> type) {
    try {
      return Json.MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checked document must fit " + type, e);
    }
  }
}
