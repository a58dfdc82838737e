package dev.tatara.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.Json;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a spec means, with all defaults and without what may change while a run is at work: its
 * budget, and what becomes of what it made. Keys are sorted and those without a value left out, so
 * that a new version of the records gives the same tree for the same meaning as far as possible.
 */
record SpecTree(ObjectNode tree) {
  private static final List<String> CHANGEABLE = List.of("budget", "retention");

  static SpecTree of(PipelineSpec spec) {
    ObjectNode sorted = (ObjectNode) sorted(Json.MAPPER.valueToTree(spec));
    sorted.remove(CHANGEABLE);
    return new SpecTree(sorted);
  }

  /** SHA-256, lower-case hex. */
  String digest() {
    return Json.digest(tree);
  }

  /** Paths of what differs, in order; empty if both mean the same. */
  List<String> changesTo(SpecTree other) {
    List<String> paths = new ArrayList<>();
    compare("spec", tree, other.tree, paths);
    return paths;
  }

  private static void compare(String path, JsonNode left, JsonNode right, List<String> paths) {
    if (left.equals(right)) {
      return;
    }
    if (!left.isObject() || !right.isObject()) {
      paths.add(path);
      return;
    }
    Set<String> names = new TreeSet<>();
    left.fieldNames().forEachRemaining(names::add);
    right.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      compare(path + "." + name, left.path(name), right.path(name), paths);
    }
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isArray()) {
      return JsonNodeFactory.instance
          .arrayNode()
          .addAll(node.valueStream().map(SpecTree::sorted).toList());
    }
    if (!node.isObject()) {
      return node;
    }
    Map<String, JsonNode> sorted = new TreeMap<>();
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      if (!property.getValue().isNull()) {
        sorted.put(property.getKey(), sorted(property.getValue()));
      }
    }
    return JsonNodeFactory.instance.objectNode().setAll(sorted);
  }
}
