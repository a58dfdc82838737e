package dev.tatara.config.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Writes the schema as a page for people: one table per section, one row per key. */
final class RunReference {
  private final StringBuilder page = new StringBuilder();

  private RunReference() {}

  static String page(JsonNode schema) {
    RunReference reference = new RunReference();
    reference.section("", schema);
    reference.sizes();
    return reference.page.toString();
  }

  private void section(String path, JsonNode schema) {
    page.append("\n## ").append(path.isEmpty() ? "The document" : "`" + path + "`").append("\n\n");
    page.append(sentence(schema.path("description").asText())).append("\n\n");
    page.append("| key | value | default | meaning |\n|---|---|---|---|\n");
    List<Map.Entry<String, JsonNode>> below = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode value = property.getValue();
      page.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  property.getKey(),
                  cell(kind(value)),
                  cell(fallback(schema, property.getKey(), value)),
                  cell(sentence(meaning(value)))));
      String at = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
      if (value.has("properties")) {
        below.add(Map.entry(at, value));
      } else if (value.path("items").has("properties")) {
        below.add(Map.entry(at + "[]", value.path("items")));
      }
    }
    below.forEach(entry -> section(entry.getKey(), entry.getValue()));
  }

  /** Of a section its first sentence; the rest stands below the section's own heading. */
  private static String meaning(JsonNode value) {
    String text = value.path("description").asText();
    int end = value.has("properties") ? text.indexOf(". ") : -1;
    return end < 0 ? text : text.substring(0, end + 1);
  }

  private static String kind(JsonNode value) {
    if (value.has("enum")) {
      return words(value.path("enum")).collect(Collectors.joining("`, `", "one of `", "`"));
    }
    if (value.path("type").isArray()) {
      return "whole number, also like `1500k`" + bounds(value);
    }
    return switch (value.path("type").asText()) {
      case "integer" -> "whole number" + bounds(value);
      case "number" -> "number" + bounds(value);
      case "boolean" -> "`true` or `false`";
      case "string" -> "text";
      case "array" -> "list" + (value.path("minItems").asInt() > 0 ? ", not empty" : "");
      default ->
          value.has("properties")
              ? "section"
              : (value.has("propertyNames") ? "by whole number: " : "by language: ")
                  + kind(value.path("additionalProperties"));
    };
  }

  private static String bounds(JsonNode value) {
    List<String> bounds = new ArrayList<>();
    bound(value, "minimum", "≥", bounds);
    bound(value, "exclusiveMinimum", ">", bounds);
    if (value.path("maximum").asLong() != Integer.MAX_VALUE) {
      bound(value, "maximum", "≤", bounds);
    }
    bound(value, "exclusiveMaximum", "<", bounds);
    return bounds.isEmpty() ? "" : bounds.stream().collect(Collectors.joining(", ", " ", ""));
  }

  private static void bound(JsonNode value, String keyword, String sign, List<String> bounds) {
    if (value.has(keyword)) {
      bounds.add(sign + " " + value.path(keyword).decimalValue().toPlainString());
    }
  }

  private static String fallback(JsonNode schema, String key, JsonNode value) {
    if (words(schema.path("required")).anyMatch(key::equals)) {
      return "**required**";
    }
    JsonNode fallback = value.path("default");
    return fallback.isMissingNode() || (fallback.isContainerNode() && fallback.isEmpty())
        ? ""
        : "`" + (fallback.isTextual() ? fallback.asText() : fallback.toString()) + "`";
  }

  private static Stream<String> words(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText);
  }

  private void sizes() {
    page.append("\n## Sizes for `spec.pretrain.model`\n\n");
    page.append(
        "The number of parameters depends on the vocabulary; what stands here has 4,096 tokens up to `4m` and 32,000 above.\n\n");
    page.append("| size | parameters | hidden size | layers | heads | key-value heads | MLP |\n");
    page.append("|---|---|---|---|---|---|---|\n");
    ModelSize.all()
        .forEach(
            (name, shape) ->
                page.append(
                    "| `%s` | %s | %d | %d | %d | %d | %d |\n"
                        .formatted(
                            name,
                            "%,d".formatted(shape.parameters(ModelSizeTest.vocabularySize(name))),
                            shape.hiddenSize(),
                            shape.layers(),
                            shape.heads(),
                            shape.keyValueHeads(),
                            shape.intermediateSize())));
  }

  private static String sentence(String text) {
    if (text.isEmpty() || text.startsWith("`")) {
      return text;
    }
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
