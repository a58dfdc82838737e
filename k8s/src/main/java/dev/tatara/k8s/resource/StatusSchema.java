package dev.tatara.k8s.resource;

import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What the status of a pipeline may say; conditions are as kstatus and {@code kubectl wait} have
 * them.
 */
final class StatusSchema {
  private StatusSchema() {}

  static JSONSchemaProps schema() {
    return object("How far the pipeline is, as last observed.")
        .addToProperties("observedGeneration", whole("generation of the spec that this is about"))
        .addToProperties("conditions", conditions())
        .addToProperties("stage", text("stage that is at work, or the last one"))
        .addToProperties("step", whole("last step of training in this stage"))
        .addToProperties("steps", whole("steps of training that this stage has"))
        .addToProperties("workflowId", text("id of the workflow"))
        .addToProperties("runId", text("id of this execution of the workflow"))
        .addToProperties(
            "firstRunId", text("id of the first execution, which a long run continues as new"))
        .addToProperties("model", text("URI of the published model"))
        .addToProperties("report", text("URI of the report"))
        .addToProperties("startTime", time("when the workflow was started"))
        .addToProperties("completionTime", time("when the workflow ended"))
        .addToProperties("cost", cost())
        .addToProperties(
            "specGeneration", whole("generation of the spec that the newest run works by"))
        .addToProperties(
            "specDigest", text("SHA-256 of that spec without its budget: it is not run twice"))
        .build();
  }

  private static JSONSchemaProps cost() {
    return object("what the pipeline has used so far")
        .addToProperties("rankHours", number("hours that ranks were held, summed over ranks"))
        .addToProperties("amount", number("what they cost, in `currency`"))
        .addToProperties("currency", text("ISO 4217 code"))
        .build();
  }

  private static JSONSchemaProps conditions() {
    return new JSONSchemaPropsBuilder()
        .withType("array")
        .withDescription(
            "`Accepted`, `Running`, `Paused`, `Succeeded`, `Failed`, and for kstatus"
                + " `Reconciling`, `Stalled`, `Ready`; those that tell most come first")
        .withXKubernetesListType("map")
        .withXKubernetesListMapKeys("type")
        .withNewItems()
        .withSchema(condition())
        .endItems()
        .build();
  }

  private static JSONSchemaProps condition() {
    return object("One thing that is or is not so.")
        .addToProperties("type", limited("what is so", "^[A-Za-z][A-Za-z0-9]*$", 316))
        .addToProperties(
            "status",
            new JSONSchemaPropsBuilder(text("whether it is so"))
                .withEnum(new TextNode("True"), new TextNode("False"), new TextNode("Unknown"))
                .build())
        .addToProperties("reason", limited("why, in one word", "^[A-Za-z][A-Za-z0-9]*$", 1024))
        .addToProperties("message", limited("why, in a sentence, and what to do", null, 32_768))
        .addToProperties("lastTransitionTime", time("when `status` changed last"))
        .addToProperties("observedGeneration", whole("generation of the spec that this is about"))
        .withRequired("type", "status", "reason", "message", "lastTransitionTime")
        .build();
  }

  private static JSONSchemaPropsBuilder object(String description) {
    return new JSONSchemaPropsBuilder().withType("object").withDescription(description);
  }

  private static JSONSchemaProps text(String description) {
    return new JSONSchemaPropsBuilder().withType("string").withDescription(description).build();
  }

  private static JSONSchemaProps limited(
      String description, @Nullable String pattern, long characters) {
    return new JSONSchemaPropsBuilder(text(description))
        .withPattern(pattern)
        .withMaxLength(characters)
        .build();
  }

  private static JSONSchemaProps time(String description) {
    return new JSONSchemaPropsBuilder(text(description)).withFormat("date-time").build();
  }

  private static JSONSchemaProps number(String description) {
    return new JSONSchemaPropsBuilder()
        .withType("number")
        .withDescription(description)
        .withMinimum(0.0)
        .build();
  }

  private static JSONSchemaProps whole(String description) {
    return new JSONSchemaPropsBuilder(number(description))
        .withType("integer")
        .withFormat("int64")
        .build();
  }
}
