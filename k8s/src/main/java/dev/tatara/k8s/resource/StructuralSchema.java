package dev.tatara.k8s.resource;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of the run document's JSON Schema (draft 2020-12) as a structural schema of Kubernetes
 * (OpenAPI 3.0): bounds are exclusive by a flag, a number that may be a text has no type, and what
 * OpenAPI cannot say becomes a rule. Unknown keys need no word: the API server knows no others.
 */
final class StructuralSchema {
  /** Lists whose items have names, all different. */
  private static final Set<String> NAMED_ITEMS =
      Set.of("spec.collect.sources", "spec.sft.data", "spec.dpo.data", "spec.evaluate.tasks");

  /** Defaults that follow from another key: written down, they would outlive a change of it. */
  private static final Set<String> DERIVED = Set.of("spec.pretrain.microBatch");

  private StructuralSchema() {}

  /**
   * @param path of the part in the document, for example {@code spec.collect.sources[]}
   */
  static JSONSchemaProps of(String path, JsonNode schema) {
    JSONSchemaPropsBuilder props =
        new JSONSchemaPropsBuilder()
            .withDescription(schema.path("description").textValue())
            .withPattern(schema.path("pattern").textValue());
    List<ValidationRule> rules = new ArrayList<>();
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      props.withXKubernetesIntOrString(true).withMaxLength(Quantities.MOST_CHARACTERS);
      rules.addAll(Quantities.bounds(schema));
    } else {
      props.withType(type.textValue());
    }
    if (type.asText().equals("integer")) {
      props.withFormat("int64");
    }
    bounds(props, schema);
    if (schema.has("default") && !DERIVED.contains(path)) {
      props.withDefault(schema.path("default"));
    }
    schema.path("enum").forEach(props::addToEnum);
    below(props, path, schema, rules);
    rules.addAll(RunRulesInCel.at(path));
    return props.withXKubernetesValidations(rules).build();
  }

  private static void below(
      JSONSchemaPropsBuilder props, String path, JsonNode schema, List<ValidationRule> rules) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String name = property.getKey();
      props.addToProperties(name, of(path + "." + name, property.getValue()));
    }
    schema.path("required").forEach(name -> props.addToRequired(name.textValue()));
    if (schema.has("items")) {
      props.withNewItems().withSchema(of(path + "[]", schema.path("items"))).endItems();
    }
    if (NAMED_ITEMS.contains(path)) {
      props.withXKubernetesListType("map").withXKubernetesListMapKeys("name");
    }
    if (schema.path("additionalProperties").isObject()) {
      props
          .withNewAdditionalProperties()
          .withSchema(of(path + "{}", schema.path("additionalProperties")))
          .endAdditionalProperties();
    }
    String names = schema.path("propertyNames").path("pattern").textValue();
    if (names != null) {
      rules.add(RunRulesInCel.wholeNames(names));
      props.withMaxProperties(RunRulesInCel.MOST_NAMES);
    }
  }

  private static void bounds(JSONSchemaPropsBuilder props, JsonNode schema) {
    Double above = number(schema, "exclusiveMinimum");
    Double below = number(schema, "exclusiveMaximum");
    Double least = number(schema, "minimum");
    Double most = number(schema, "maximum");
    props.withMinimum(above == null ? least : above).withMaximum(below == null ? most : below);
    if (above != null) {
      props.withExclusiveMinimum(true);
    }
    if (below != null) {
      props.withExclusiveMaximum(true);
    }
    if (schema.has("minItems")) {
      props.withMinItems(schema.path("minItems").longValue());
    }
  }

  private static @Nullable Double number(JsonNode schema, String keyword) {
    return schema.has(keyword) ? Double.valueOf(schema.path(keyword).doubleValue()) : null;
  }
}
