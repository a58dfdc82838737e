package dev.tatara.trainer.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a safetensors header token by token: what it does not need never becomes
 * objects, however large or deep it is.
 */
final class HeaderParser {
  static final String METADATA = "__metadata__";

  private static final int MOST_DIMENSIONS = 16;

  private static final Map<String, Integer> BYTES_BY_DTYPE =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("F8_E4M3", 1),
          Map.entry("F8_E5M2", 1),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("F32", 4),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F64", 8),
          Map.entry("I64", 8),
          Map.entry("U64", 8));

  private final String where;

  HeaderParser(String where) {
    this.where = where;
  }

  Map<String, TensorEntry> parse(byte[] json) {
    try (JsonParser parser = Json.MAPPER.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw wrong("its header is no JSON object");
      }
      Map<String, TensorEntry> entries = new LinkedHashMap<>();
      boolean metadata = false;
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        if (name.equals(METADATA)) {
          requireOnce(!metadata, name);
          metadata = true;
          parser.skipChildren();
        } else {
          requireOnce(!entries.containsKey(name), name);
          entries.put(name, entry(name, parser));
        }
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw wrong("its header has something behind the JSON object");
      }
      return entries;
    } catch (IOException e) {
      throw wrong("its header is no JSON (%s)".formatted(firstLine(e)));
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void requireOnce(boolean first, String name) {
    if (!first) {
      throw wrong("its header has \"%s\" twice".formatted(name));
    }
  }

  private TensorEntry entry(String name, JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("tensor \"%s\" is described by no JSON object".formatted(name));
    }
    String dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      JsonToken token = parser.nextToken();
      switch (key) {
        case "dtype" -> {
          requireOnce(dtype == null, name + "." + key);
          dtype = token == JsonToken.VALUE_STRING ? parser.getText() : "";
        }
        case "shape" -> {
          requireOnce(shape == null, name + "." + key);
          shape = sizes(name, key, parser, MOST_DIMENSIONS);
        }
        case "data_offsets" -> {
          requireOnce(offsets == null, name + "." + key);
          offsets = sizes(name, key, parser, 2);
        }
        default -> throw wrong("tensor \"%s\" has an unknown \"%s\"".formatted(name, key));
      }
    }
    return checked(name, dtype, shape, offsets);
  }

  /** An array of whole numbers from 0. */
  private List<Long> sizes(String name, String key, JsonParser parser, int most)
      throws IOException {
    List<Long> sizes = new ArrayList<>();
    boolean array = parser.currentToken() == JsonToken.START_ARRAY;
    while (array && parser.nextToken() != JsonToken.END_ARRAY) {
      boolean whole =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
              && parser.getLongValue() >= 0;
      array = whole && sizes.size() < most;
      sizes.add(whole ? parser.getLongValue() : -1);
    }
    if (!array) {
      throw wrong(
          "tensor \"%s\" has a %s that is no list of at most %d whole numbers from 0"
              .formatted(name, key, most));
    }
    return sizes;
  }

  private TensorEntry checked(
      String name,
      @Nullable String dtype,
      @Nullable List<Long> shape,
      @Nullable List<Long> offsets) {
    Integer width = dtype == null ? null : BYTES_BY_DTYPE.get(dtype);
    if (dtype == null || width == null) {
      throw wrong("tensor \"%s\" has the unknown dtype \"%s\"".formatted(name, dtype));
    }
    if (shape == null || offsets == null || offsets.size() != 2) {
      throw wrong("tensor \"%s\" lacks its shape or data_offsets".formatted(name));
    }
    TensorEntry entry = new TensorEntry(dtype, shape, offsets.get(0), offsets.get(1));
    long needed;
    try {
      needed = Math.multiplyExact(entry.elements(), width);
    } catch (ArithmeticException e) {
      throw wrong("tensor \"%s\" has the impossible shape %s".formatted(name, shape));
    }
    if (needed != entry.bytes()) {
      throw wrong(
          "tensor \"%s\" of dtype %s and shape %s needs %d bytes, its offsets give it %d"
              .formatted(name, dtype, shape, needed, entry.bytes()));
    }
    return entry;
  }

  private InvalidInputException wrong(String what) {
    return SafeTensorsHeader.wrong(where, what);
  }
}
