package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.tatara.config.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunSchemaTest {
  static final Path HOME = Path.of(System.getProperty("tatara.home"));
  private static final Path SOURCES = HOME.resolve("config/src/main/java/dev/tatara/config/run");

  /** The schema as the records have it now. */
  static JsonNode fromRecords() throws IOException {
    return new SchemaFromRecords(RecordComments.of(SOURCES)).schema(RunDocument.class);
  }

  static List<Path> shipped() throws IOException {
    return ShippedRunFilesTest.files();
  }

  @Test
  void isWhatTheRecordsSay() throws IOException {
    GeneratedFile.mustBe(HOME.resolve("config/run.schema.json"), Json.pretty(fromRecords()) + "\n");
  }

  @Test
  void isPackedWithTheLoader() throws IOException {
    assertThat(Json.MAPPER.readTree(RunSchema.json()).path("title").textValue())
        .isEqualTo("RunDocument");
  }

  @Test
  void describesEveryKey() throws IOException {
    List<String> silent = new ArrayList<>();
    collectSilent(fromRecords(), "", silent);

    assertThat(silent).as("give each of these an @param in the Javadoc of its record").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void acceptsWhatIsShipped(Path file) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(fromRecords());

    assertThat(schema.validate(new YAMLMapper().readTree(file.toFile()))).isEmpty();
  }

  @Test
  void givesTheDefaultsOfTheStage() throws IOException {
    JsonNode spec = fromRecords().at("/properties/spec/properties");

    assertThat(spec.at("/pretrain/properties/optimizer/properties/learningRate/default").asDouble())
        .isEqualTo(3e-3);
    assertThat(spec.at("/sft/properties/optimizer/properties/learningRate/default").asDouble())
        .isEqualTo(1e-3);
    assertThat(spec.at("/pretrain/required")).isEmpty();
    assertThat(spec.at("/sft/required").toString()).isEqualTo("[\"data\"]");
  }

  private static void collectSilent(JsonNode schema, String path, List<String> silent) {
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              String at = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
              if (!property.getValue().has("description")) {
                silent.add(at);
              }
              collectSilent(property.getValue(), at, silent);
              collectSilent(property.getValue().path("items"), at + "[]", silent);
            });
  }
}
