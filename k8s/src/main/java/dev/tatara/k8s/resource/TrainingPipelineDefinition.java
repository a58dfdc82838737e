package dev.tatara.k8s.resource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.run.RunSchema;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import java.util.List;

/**
 * The definition of the custom resource {@code TrainingPipeline}. Its {@code spec} is that of a run
 * document: the JSON Schema of the records, as Kubernetes can check it.
 */
public final class TrainingPipelineDefinition {
  public static final String PLURAL = "trainingpipelines";

  private static final int SLASH = RunDocument.API_VERSION.indexOf('/');
  public static final String GROUP = RunDocument.API_VERSION.substring(0, SLASH);
  public static final String VERSION = RunDocument.API_VERSION.substring(SLASH + 1);

  /** Conditions stand in the order in which they tell most; the first true one is shown. */
  private static final String TRUE_CONDITION = ".status.conditions[?(@.status==\"True\")]";

  private TrainingPipelineDefinition() {}

  /** The definition that the records of this version give. */
  public static CustomResourceDefinition fromRecords() {
    return new CustomResourceDefinitionBuilder()
        .withNewMetadata()
        .withName(PLURAL + "." + GROUP)
        .endMetadata()
        .withNewSpec()
        .withGroup(GROUP)
        .withScope("Namespaced")
        .withNewNames()
        .withKind(RunDocument.KIND)
        .withListKind(RunDocument.KIND + "List")
        .withPlural(PLURAL)
        .withSingular("trainingpipeline")
        .withShortNames("tp")
        .endNames()
        .withVersions(version())
        .endSpec()
        .build();
  }

  private static CustomResourceDefinitionVersion version() {
    return new CustomResourceDefinitionVersionBuilder()
        .withName(VERSION)
        .withServed(true)
        .withStorage(true)
        .withNewSubresources()
        .withNewStatus()
        .endStatus()
        .endSubresources()
        .withAdditionalPrinterColumns(columns())
        .withNewSchema()
        .withOpenAPIV3Schema(document())
        .endSchema()
        .build();
  }

  private static JSONSchemaProps document() {
    JsonNode schema = runSchema();
    return new JSONSchemaPropsBuilder()
        .withType("object")
        .withDescription(schema.path("description").textValue())
        .addToProperties("apiVersion", new JSONSchemaPropsBuilder().withType("string").build())
        .addToProperties("kind", new JSONSchemaPropsBuilder().withType("string").build())
        .addToProperties("metadata", new JSONSchemaPropsBuilder().withType("object").build())
        .addToProperties("spec", StructuralSchema.of("spec", schema.at("/properties/spec")))
        .addToProperties("status", StatusSchema.schema())
        .withRequired("spec")
        .withXKubernetesValidations(RunRulesInCel.at(""))
        .build();
  }

  private static JsonNode runSchema() {
    try {
      return Json.MAPPER.readTree(RunSchema.json());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the JSON Schema of the records is JSON", e);
    }
  }

  private static List<CustomResourceColumnDefinition> columns() {
    return List.of(
        column("Stage", "string", ".status.stage", 0),
        column("Step", "integer", ".status.step", 0),
        column("Status", "string", TRUE_CONDITION + ".type", 0),
        column("Age", "date", ".metadata.creationTimestamp", 0),
        column("Reason", "string", TRUE_CONDITION + ".reason", 1),
        column("Workflow", "string", ".status.workflowId", 1),
        column("Model", "string", ".status.model", 1),
        column("Message", "string", TRUE_CONDITION + ".message", 1));
  }

  /** Columns of priority 1 are shown by {@code -o wide} only. */
  private static CustomResourceColumnDefinition column(
      String name, String type, String path, int priority) {
    return new CustomResourceColumnDefinitionBuilder()
        .withName(name)
        .withType(type)
        .withJsonPath(path)
        .withPriority(priority)
        .build();
  }
}
