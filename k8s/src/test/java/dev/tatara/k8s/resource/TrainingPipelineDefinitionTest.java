package dev.tatara.k8s.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.config.run.RunFile;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingPipelineDefinitionTest {
  private static final Path HOME = Path.of(System.getProperty("tatara.home"));
  private static final Path FILE = HOME.resolve("charts/crds/trainingpipelines.tatara.dev.yaml");
  private static final String COMMAND =
      "mvn -pl k8s -am test -Dtest=TrainingPipelineDefinitionTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dtatara.regenerate=true";

  private final CustomResourceDefinition definition = TrainingPipelineDefinition.fromRecords();

  static List<Path> runFiles() throws IOException {
    try (Stream<Path> files = Files.list(HOME.resolve("config/runs"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void theShippedDefinitionIsWhatTheRecordsSay() throws IOException {
    String yaml =
        "# Made from the records of config/; do not edit. Written by: %s\n%s"
            .formatted(COMMAND, Serialization.asYaml(definition));
    if (Boolean.getBoolean("tatara.regenerate")) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, yaml);
    }
    assertThat(Files.exists(FILE) ? Files.readString(FILE) : "")
        .as("%s no longer says what the records say; regenerate it with: %s", FILE, COMMAND)
        .isEqualTo(yaml);
  }

  /** Defaults are written into the stored object, so they must be those that the loader takes. */
  @ParameterizedTest
  @MethodSource("runFiles")
  void defaultsDoNotChangeWhatARunDocumentMeans(Path file) throws IOException {
    ObjectNode document = (ObjectNode) new YAMLMapper().readTree(file.toFile());
    ((ObjectNode) document.at("/spec/pretrain")).remove("microBatch");
    ((ObjectNode) document.at("/spec/pretrain")).put("sequenceLength", 128);
    String asWritten = document.toString();
    fill(document.get("spec"), schema("spec"));

    assertThat(document.toString()).hasSizeGreaterThan(asWritten.length() + 100);
    assertThat(RunFile.parse(document.toString(), "run.json"))
        .isEqualTo(RunFile.parse(asWritten, "run.json"));
  }

  /** What the API server does with defaults: only into mappings that are there. */
  private static void fill(JsonNode value, JSONSchemaProps schema) {
    if (schema.getItems() != null) {
      value.forEach(item -> fill(item, schema.getItems().getSchema()));
    }
    if (value instanceof ObjectNode object && schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach(
              (name, property) -> {
                if (!object.has(name) && property.getDefault() != null) {
                  object.set(name, property.getDefault());
                }
                if (object.has(name)) {
                  fill(object.get(name), property);
                }
              });
    }
  }

  @Test
  void everyPartHasATypeAndADescription() {
    Set<String> silent = new TreeSet<>();
    collect("spec", schema("spec"), silent);
    collect("status", schema("status"), silent);

    assertThat(silent).isEmpty();
  }

  private static void collect(String path, JSONSchemaProps schema, Set<String> silent) {
    if (schema.getType() == null && !Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      silent.add(path + " has no type");
    }
    if (schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach(
              (name, property) -> {
                if (property.getDescription() == null) {
                  silent.add(path + "." + name + " has no description");
                }
                collect(path + "." + name, property, silent);
              });
    }
    if (schema.getItems() != null) {
      collect(path + "[]", schema.getItems().getSchema(), silent);
    }
  }

  private JSONSchemaProps schema(String part) {
    return Objects.requireNonNull(
        definition
            .getSpec()
            .getVersions()
            .get(0)
            .getSchema()
            .getOpenAPIV3Schema()
            .getProperties()
            .get(part));
  }
}
