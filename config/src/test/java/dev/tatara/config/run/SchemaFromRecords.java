package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.Json;
import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import dev.tatara.config.strict.Shape;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON Schema of a record: types and bounds from its shape, descriptions from its
 * comments, defaults by reading a document in which every section is empty. Without {@code $ref},
 * which the schema of a custom resource may not have.
 */
final class SchemaFromRecords {
  private static final JsonMapper WITHOUT_NULLS =
      Json.MAPPER
          .rebuild()
          .defaultPropertyInclusion(JsonInclude.Value.construct(Include.NON_NULL, Include.NON_NULL))
          .build();

  private final JsonNodeFactory factory = JsonNodeFactory.instance;
  private final RecordComments comments;

  SchemaFromRecords(RecordComments comments) {
    this.comments = comments;
  }

  ObjectNode schema(Class<? extends Record> type) {
    Shape.Keys shape = Shape.of(type);
    JsonNode defaults = Json.MAPPER.valueToTree(Json.read(Json.bytes(emptySections(shape)), type));
    ObjectNode schema = factory.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", type.getSimpleName());
    return schema.setAll(object(shape, defaults));
  }

  private JsonNode emptySections(Shape shape) {
    if (shape instanceof Shape.Keys keys) {
      ObjectNode object = factory.objectNode();
      keys.keys()
          .forEach(
              (name, key) -> {
                JsonNode section =
                    key.primitive() ? factory.numberNode(0) : emptySections(key.shape());
                if (!section.isNull()) {
                  object.set(name, section);
                }
              });
      return object;
    }
    if (shape instanceof Shape.Items items && items.item() instanceof Shape.Keys) {
      return factory.arrayNode().add(emptySections(items.item()));
    }
    return factory.nullNode();
  }

  private ObjectNode object(Shape.Keys shape, JsonNode defaults) {
    ObjectNode schema = factory.objectNode().put("type", "object");
    comments.ofType(shape.type()).ifPresent(text -> schema.put("description", text));
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = factory.arrayNode();
    shape
        .keys()
        .forEach(
            (name, key) -> {
              ObjectNode property = value(key.shape(), defaults.path(name));
              description(shape.type(), name, key.shape())
                  .ifPresent(text -> property.put("description", text));
              if (key.required()) {
                required.add(name);
              } else {
                fallback(key, defaults.path(name)).ifPresent(it -> property.set("default", it));
              }
              properties.set(name, property);
            });
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema.put("additionalProperties", false);
  }

  private Optional<String> description(Class<?> type, String name, Shape shape) {
    Optional<String> own = comments.ofMember(type, name);
    if (shape instanceof Shape.Keys keys) {
      String what = comments.ofType(keys.type()).orElse("");
      return Optional.of(own.map(text -> text + ". " + what).orElse(what).trim());
    }
    if (!(shape instanceof Shape.Choice choice)) {
      return own;
    }
    StringBuilder text =
        new StringBuilder(own.or(() -> comments.ofType(choice.type())).orElseThrow());
    for (int i = 0; i < choice.words().size(); i++) {
      String constant = choice.type().getEnumConstants()[i].toString();
      String meaning = comments.ofMember(choice.type(), constant).orElseThrow();
      text.append(" `%s`: %s".formatted(choice.words().get(i), meaning));
    }
    return Optional.of(text.toString());
  }

  /** A section has no default of its own: those of its keys say it all. */
  private Optional<JsonNode> fallback(Shape.Key key, JsonNode inDocument) {
    if (key.shape() instanceof Shape.Keys) {
      return Optional.empty();
    }
    JsonNode value =
        key.shape() instanceof Shape.Items ? WITHOUT_NULLS.valueToTree(key.fallback()) : inDocument;
    return Optional.of(value).filter(it -> !it.isNull() && !it.isMissingNode());
  }

  private ObjectNode value(Shape shape, JsonNode defaults) {
    if (shape instanceof Shape.Keys keys) {
      return object(keys, defaults);
    }
    ObjectNode schema = factory.objectNode();
    if (shape instanceof Shape.Items items) {
      schema.put("type", "array");
      if (items.range() != null) {
        schema.put("minItems", (int) items.range().min());
      }
      schema.set("items", value(items.item(), defaults.path(0)));
    } else if (shape instanceof Shape.Entries entries) {
      schema.put("type", "object");
      if (entries.wholeKeys()) {
        schema.putObject("propertyNames").put("pattern", "^[0-9]{1,9}$");
      }
      schema.set("additionalProperties", value(entries.value(), defaults));
    } else if (shape instanceof Shape.Text text) {
      schema.put("type", "string");
      pattern(schema, text.matches());
    } else if (shape instanceof Shape.Choice choice) {
      choice.words().forEach(schema.put("type", "string").putArray("enum")::add);
    } else if (shape instanceof Shape.Flag) {
      schema.put("type", "boolean");
    } else if (shape instanceof Shape.Decimal decimal) {
      bounds(schema.put("type", "number"), decimal.range());
    } else {
      whole(schema, (Shape.Whole) shape);
    }
    return schema;
  }

  private void whole(ObjectNode schema, Shape.Whole whole) {
    if (whole.written() == null) {
      schema.put("type", "integer");
    } else {
      schema.putArray("type").add("integer").add("string");
      schema.put("pattern", "^(" + whole.written().pattern() + ")$");
    }
    bounds(schema, whole.range());
    if (whole.bits() == Integer.SIZE && !schema.has("maximum")) {
      schema.put("maximum", Integer.MAX_VALUE);
    }
  }

  private static void pattern(ObjectNode schema, @Nullable Matches matches) {
    if (matches != null) {
      schema.put("pattern", "^(" + matches.regex() + ")$");
    }
  }

  private static void bounds(ObjectNode schema, @Nullable Range range) {
    if (range == null) {
      return;
    }
    BiConsumer<String, Double> put =
        (keyword, bound) -> {
          if (Double.isFinite(bound)) {
            schema.put(
                keyword,
                new BigDecimal(BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString()));
          }
        };
    put.accept("minimum", range.min());
    put.accept("exclusiveMinimum", range.above());
    put.accept("maximum", range.max());
    put.accept("exclusiveMaximum", range.below());
  }
}
