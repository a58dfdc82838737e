package dev.tatara.trainer.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: eight bytes of length, then JSON. Read as hostile input, by the
 * rules of the reference implementation (github.com/huggingface/safetensors): bounded length,
 * offsets without gap or overlap that cover the data exactly, sizes that agree with dtype and
 * shape.
 */
final class SafeTensorsHeader {
  static final int LENGTH_BYTES = 8;

  /** As in the reference implementation. */
  static final int LARGEST_HEADER = 100_000_000;

  private static final Map<String, Integer> BYTES_BY_DTYPE =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
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

  private SafeTensorsHeader() {}

  /**
   * Checks the length field.
   *
   * @throws InvalidInputException if no header of that length fits the file
   */
  static int length(ByteBuffer eightBytes, long fileBytes, String where) {
    long length = eightBytes.order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > LARGEST_HEADER || length > fileBytes - LENGTH_BYTES) {
      throw wrong(
          where,
          "its header says it is %d bytes long, in a file of %d".formatted(length, fileBytes));
    }
    return (int) length;
  }

  /**
   * Parses and checks the JSON.
   *
   * @param dataBytes bytes that follow the header
   * @throws InvalidInputException if anything in it is not as it must be
   */
  static Map<String, TensorEntry> parse(byte[] json, long dataBytes, String where) {
    JsonNode root = tree(json, where);
    Map<String, TensorEntry> entries = new LinkedHashMap<>();
    root.properties()
        .forEach(
            field -> {
              if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(field.getKey(), field.getValue(), where));
              }
            });
    requireExactCover(entries, dataBytes, where);
    return entries;
  }

  private static JsonNode tree(byte[] json, String where) {
    try {
      JsonNode root = Json.tree(json);
      if (!root.isObject()) {
        throw wrong(where, "its header is no JSON object");
      }
      return root;
    } catch (UncheckedIOException e) {
      throw wrong(where, "its header is no JSON (%s)".formatted(e.getMessage()));
    }
  }

  private static TensorEntry entry(String name, JsonNode node, String where) {
    JsonNode shape = node.path("shape");
    JsonNode offsets = node.path("data_offsets");
    String dtype = node.path("dtype").asText("");
    boolean wellFormed =
        shape.isArray() && allWhole(shape) && offsets.size() == 2 && allWhole(offsets);
    Integer width = BYTES_BY_DTYPE.get(dtype);
    if (!wellFormed || width == null) {
      throw wrong(
          where,
          "tensor \"%s\" has dtype \"%s\", shape %s and offsets %s"
              .formatted(name, dtype, shape, offsets));
    }
    List<Long> sizes = new ArrayList<>();
    shape.forEach(size -> sizes.add(size.longValue()));
    TensorEntry entry =
        new TensorEntry(dtype, sizes, offsets.get(0).longValue(), offsets.get(1).longValue());
    requireSize(name, entry, width, where);
    return entry;
  }

  private static boolean allWhole(JsonNode array) {
    for (JsonNode each : array) {
      if (!each.isIntegralNumber() || !each.canConvertToLong() || each.longValue() < 0) {
        return false;
      }
    }
    return true;
  }

  private static void requireSize(String name, TensorEntry entry, int width, String where) {
    try {
      if (Math.multiplyExact(entry.elements(), width) == entry.bytes()) {
        return;
      }
    } catch (ArithmeticException e) {
      throw wrong(where, "tensor \"%s\" has the shape %s".formatted(name, entry.shape()));
    }
    throw wrong(
        where,
        "tensor \"%s\" of dtype %s and shape %s has %d bytes"
            .formatted(name, entry.dtype(), entry.shape(), entry.bytes()));
  }

  private static void requireExactCover(
      Map<String, TensorEntry> entries, long dataBytes, String where) {
    long next = 0;
    List<TensorEntry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
    for (TensorEntry entry : inOrder) {
      if (entry.begin() != next) {
        throw wrong(where, "data begin at %d where %d was expected".formatted(entry.begin(), next));
      }
      next = entry.end();
    }
    if (next != dataBytes) {
      throw wrong(
          where, "its tensors need %d bytes of data, there are %d".formatted(next, dataBytes));
    }
  }

  /** The bytes of a header, length field included; padded so that data begin aligned to 8. */
  static byte[] bytes(Map<String, TensorEntry> entries) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("__metadata__").put("format", "pt");
    entries.forEach(
        (name, entry) -> {
          ObjectNode node = root.putObject(name);
          node.put("dtype", entry.dtype());
          ArrayNode shape = node.putArray("shape");
          entry.shape().forEach(shape::add);
          node.putArray("data_offsets").add(entry.begin()).add(entry.end());
        });
    byte[] json = Json.bytes(root);
    int padded = (json.length + 7) / 8 * 8;
    byte[] header = new byte[LENGTH_BYTES + padded];
    Arrays.fill(header, (byte) ' ');
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    return header;
  }

  static InvalidInputException wrong(String where, String what) {
    return new InvalidInputException(
        "%s is not a valid safetensors file: %s. Download or export it again"
            .formatted(where, what));
  }
}
