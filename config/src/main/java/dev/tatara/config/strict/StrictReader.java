package dev.tatara.config.strict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares a tree with a shape; what does not fit is noted and left out of the result. */
final class StrictReader {
  private final JsonNodeFactory factory = JsonNodeFactory.instance;
  private final Shape.Keys root;
  private final Problems problems;
  private final Scalars scalars;

  StrictReader(Shape.Keys root, Problems problems) {
    this.root = root;
    this.problems = problems;
    this.scalars = new Scalars(problems);
  }

  /** A tree that becomes the record without complaint. */
  JsonNode read(ObjectNode document) {
    return keys(document, root, "");
  }

  /** The value, or empty if it is wrong. */
  private Optional<JsonNode> value(JsonNode node, Shape shape, String path) {
    if (shape instanceof Shape.Keys keys) {
      return node instanceof ObjectNode object
          ? Optional.of(keys(object, keys, path))
          : wrong(path, node, "must be a mapping", "write its keys below, indented: " + some(keys));
    }
    if (shape instanceof Shape.Entries entries) {
      return node instanceof ObjectNode object
          ? Optional.of(entries(object, entries, path))
          : wrong(path, node, "must be a mapping", "write one \"key: value\" a line, indented");
    }
    if (shape instanceof Shape.Items items) {
      return node instanceof ArrayNode array
          ? items(array, items, path)
          : wrong(path, node, "must be a list", "begin each item with \"- \", or write [a, b]");
    }
    return scalars.value(node, shape, path);
  }

  private ObjectNode keys(ObjectNode object, Shape.Keys shape, String path) {
    ObjectNode result = factory.objectNode();
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      Shape.Key key = shape.keys().get(property.getKey());
      if (key == null) {
        unknown(property.getKey(), shape, path);
      } else {
        value(property.getValue(), key.shape(), below(path, property.getKey()))
            .ifPresent(value -> result.set(property.getKey(), value));
      }
    }
    shape
        .keys()
        .forEach(
            (name, key) -> {
              String at = below(path, name);
              if (key.required() && !object.has(name) && problems.clear(at)) {
                missing(at, name, key);
              }
              if (key.primitive() && !result.has(name)) {
                result.put(name, 0);
              }
            });
    return result;
  }

  private ObjectNode entries(ObjectNode object, Shape.Entries shape, String path) {
    ObjectNode result = factory.objectNode();
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      String at = below(path, property.getKey());
      if (shape.wholeKeys() && !property.getKey().matches("[0-9]{1,9}")) {
        problems.add(
            at,
            "is named " + Problem.quoted(property.getKey()),
            "must be named by a whole number",
            "write one like 2");
        continue;
      }
      value(property.getValue(), shape.value(), at)
          .ifPresent(value -> result.set(property.getKey(), value));
    }
    return result;
  }

  private Optional<JsonNode> items(ArrayNode array, Shape.Items shape, String path) {
    if (shape.range() != null && array.size() < shape.range().min()) {
      return wrong(path, array, "must have items", "begin each item with \"- \", indented");
    }
    ArrayNode result = factory.arrayNode();
    for (int i = 0; i < array.size(); i++) {
      String at = path + "[" + i + "]";
      // The item keeps its place, so that the next ones keep their numbers.
      result.add(value(array.get(i), shape.item(), at).orElseGet(() -> blank(shape.item())));
    }
    return Optional.of(result);
  }

  private JsonNode blank(Shape shape) {
    if (shape instanceof Shape.Keys keys) {
      ObjectNode object = factory.objectNode();
      keys.keys().forEach((name, key) -> object.setAll(zero(name, key)));
      return object;
    }
    return factory.textNode("");
  }

  private ObjectNode zero(String name, Shape.Key key) {
    ObjectNode object = factory.objectNode();
    return key.primitive() ? object.put(name, 0) : object;
  }

  private void unknown(String name, Shape.Keys shape, String path) {
    SortedSet<String> known = new TreeSet<>(shape.keys().keySet());
    List<String> homes = new ArrayList<>();
    homes(name, root, "", homes);
    String remedy =
        Nearest.to(name, known)
            .map(nearest -> "did you mean " + nearest + "?")
            .orElse(
                homes.isEmpty()
                    ? "delete it, or move it to where it belongs"
                    : "move it to " + String.join(" or ", homes));
    problems.add(
        below(path, name),
        "is not a known key",
        "must be one of " + String.join(", ", known),
        remedy);
  }

  /** The places where a key of this name is known. */
  private static void homes(String name, Shape shape, String path, List<String> homes) {
    if (shape instanceof Shape.Items items) {
      homes(name, items.item(), path + "[]", homes);
    }
    if (shape instanceof Shape.Keys keys) {
      if (keys.keys().containsKey(name)) {
        homes.add(path.isEmpty() ? "the top level" : path);
      }
      keys.keys().forEach((key, value) -> homes(name, value.shape(), below(path, key), homes));
    }
  }

  private void missing(String path, String name, Shape.Key key) {
    problems.add(path, "is missing", "must be given", "add " + Scalars.example(name, key.shape()));
  }

  private Optional<JsonNode> wrong(String path, JsonNode node, String rule, String remedy) {
    if (problems.clear(path)) {
      problems.add(path, describe(node), rule, remedy);
    }
    return Optional.empty();
  }

  private static String some(Shape.Keys keys) {
    return keys.keys().keySet().stream().limit(4).collect(Collectors.joining(", "));
  }

  private static String below(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** What was found, as the beginning of a sentence. */
  static String describe(JsonNode node) {
    if (node.isTextual()) {
      return "is the text " + Problem.quoted(node.textValue());
    }
    if (node.isArray()) {
      return node.isEmpty() ? "is an empty list" : "is a list";
    }
    return node.isObject() ? "is a mapping" : "is " + node.asText();
  }
}
