package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.strict.StrictYaml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Changes one value of a full document at a time and asks the loader and an independent validator:
 * what one refuses the other must refuse at the same place. Rules about several values are left
 * out, because a schema cannot have them.
 */
class LoaderAndSchemaTest {
  private static final JsonNodeFactory FACTORY = JsonNodeFactory.instance;
  private static final List<JsonNode> STRANGERS =
      List.of(
          FACTORY.textNode("stranger"),
          FACTORY.textNode(""),
          FACTORY.numberNode(-1),
          FACTORY.numberNode(0),
          FACTORY.numberNode(2_000_000_000_000L),
          FACTORY.numberNode(1.5),
          FACTORY.booleanNode(true),
          FACTORY.arrayNode(),
          FACTORY.arrayNode().add(7),
          FACTORY.objectNode(),
          FACTORY.objectNode().put("stranger", 1));

  private final JsonNode whole =
      withoutNulls(Json.MAPPER.valueToTree(RunFile.parse(RunTexts.SOUND, "run.yaml")));

  @Test
  void refuseTheSameValues() throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(RunSchemaTest.fromRecords());
    List<String> pointers = new ArrayList<>();
    pointers("", whole, pointers);
    int refused = 0;

    for (String pointer : pointers) {
      for (JsonNode stranger : STRANGERS) {
        JsonNode changed = whole.deepCopy();
        replace(changed, pointer, stranger);
        TreeSet<String> places = new TreeSet<>();
        schema
            .validate(changed)
            .forEach(it -> places.add(dotted(it.getInstanceLocation().toString())));
        String message = refusal(changed);
        assertThat(message.isEmpty())
            .as("%s = %s: schema %s, loader %s", pointer, stranger, places, message)
            .isEqualTo(places.isEmpty());
        assertThat(places)
            .as("%s = %s: loader %s", pointer, stranger, message)
            .allSatisfy(place -> assertThat(message).contains("\n  " + place));
        refused += places.isEmpty() ? 0 : 1;
      }
    }

    assertThat(pointers).hasSizeGreaterThan(90);
    assertThat(refused).isGreaterThan(500);
  }

  private static String refusal(JsonNode document) {
    try {
      StrictYaml.read(Json.pretty(document), "run.json", RunDocument.class, (run, place) -> {});
      return "";
    } catch (InvalidInputException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void pointers(String at, JsonNode node, List<String> pointers) {
    if (!at.isEmpty()) {
      pointers.add(at);
    }
    node.properties().forEach(it -> pointers(at + "/" + it.getKey(), it.getValue(), pointers));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      pointers(at + "/" + i, node.get(i), pointers);
    }
  }

  private static void replace(JsonNode document, String pointer, JsonNode value) {
    int cut = pointer.lastIndexOf('/');
    JsonNode parent = document.at(pointer.substring(0, cut));
    String last = pointer.substring(cut + 1);
    if (parent instanceof ObjectNode object) {
      object.set(last, value);
    } else {
      ((ArrayNode) parent).set(Integer.parseInt(last), value);
    }
  }

  /** {@code /spec/collect/sources/0} as the loader writes it. */
  private static String dotted(String pointer) {
    return pointer
        .replaceAll("^\\$?[./]", "")
        .replaceAll("/([0-9]+)(?=/|$)", "[$1]")
        .replace('/', '.');
  }

  private static JsonNode withoutNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(it -> it.getValue().isNull());
    }
    node.forEach(LoaderAndSchemaTest::withoutNulls);
    return node;
  }
}
