package dev.tatara.evaluator.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tatara.config.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The header of a safetensors file: 8 bytes with its length, then JSON. Files come from strangers,
 * so everything is checked before it is believed, as in the reference implementation
 * (huggingface/safetensors): bounded header, no holes, no overlaps, sizes that fit.
 *
 * @param dataStart first byte after the header
 */
record SafetensorsHeader(long dataStart, SortedMap<String, TensorEntry> entries) {
  /** Limit of the reference implementation. */
  private static final long LARGEST_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final int LARGEST_RANK = 8;

  private static final Map<String, Integer> ELEMENT_BYTES =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F32", 4),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F64", 8));

  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Reads and checks the header.
   *
   * @throws InvalidInputException if the file is cut short or its header lies
   */
  static SafetensorsHeader read(TensorBytes bytes, String file) {
    long size = bytes.size();
    if (size < LENGTH_BYTES) {
      throw broken(file, "it has %d bytes, fewer than its header needs".formatted(size));
    }
    long length = bytes.read(0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > LARGEST_HEADER || length > size - LENGTH_BYTES) {
      throw broken(file, "its header claims %d bytes of %d".formatted(length, size));
    }
    byte[] header = new byte[(int) length];
    ByteBuffer json = bytes.read(LENGTH_BYTES, (int) length);
    json.get(header);
    long dataStart = LENGTH_BYTES + length;
    return new SafetensorsHeader(dataStart, entries(header, size - dataStart, file));
  }

  private static SortedMap<String, TensorEntry> entries(byte[] json, long dataSize, String file) {
    SortedMap<String, TensorEntry> entries = new TreeMap<>();
    JsonNode tree;
    try {
      tree = STRICT.readTree(new String(json, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw broken(file, "its header is no JSON: " + e.getOriginalMessage());
    }
    if (!tree.isObject()) {
      throw broken(file, "its header is no JSON object");
    }
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        entries.put(field.getKey(), entry(field.getKey(), field.getValue(), dataSize, file));
      }
    }
    requireSeamless(entries, dataSize, file);
    return entries;
  }

  private static TensorEntry entry(String name, JsonNode node, long dataSize, String file) {
    List<Long> shape = longs(node.path("shape"), name, file);
    List<Long> offsets = longs(node.path("data_offsets"), name, file);
    String type = node.path("dtype").asText();
    Integer bytes = ELEMENT_BYTES.get(type);
    if (bytes == null) {
      throw broken(file, "tensor %s has the type \"%s\"".formatted(name, type));
    }
    if (shape.size() > LARGEST_RANK || offsets.size() != 2 || offsets.get(1) > dataSize) {
      throw broken(file, "tensor %s has offsets %s and shape %s".formatted(name, offsets, shape));
    }
    TensorEntry entry = new TensorEntry(name, type, shape, offsets.get(0), offsets.get(1));
    if (!sizeFits(entry, bytes)) {
      throw broken(
          file, "tensor %s: shape %s of %s is not %s".formatted(name, shape, type, offsets));
    }
    return entry;
  }

  private static boolean sizeFits(TensorEntry entry, int bytes) {
    try {
      return Math.multiplyExact(entry.elements(), (long) bytes) == entry.end() - entry.begin();
    } catch (ArithmeticException e) {
      return false;
    }
  }

  private static List<Long> longs(JsonNode node, String name, String file) {
    List<Long> values = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.canConvertToLong() || !element.isIntegralNumber() || element.asLong() < 0) {
        throw broken(file, "tensor %s has %s in its shape or offsets".formatted(name, element));
      }
      values.add(element.asLong());
    }
    if (!node.isArray()) {
      throw broken(file, "tensor %s lacks its shape or offsets".formatted(name));
    }
    return values;
  }

  private static void requireSeamless(
      SortedMap<String, TensorEntry> entries, long dataSize, String file) {
    List<TensorEntry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(TensorEntry::begin).thenComparing(TensorEntry::end));
    long end = 0;
    for (TensorEntry entry : inOrder) {
      if (entry.begin() != end) {
        throw broken(
            file,
            "tensor %s begins at %d, but the one before it ends at %d"
                .formatted(entry.name(), entry.begin(), end));
      }
      end = entry.end();
    }
    if (end != dataSize) {
      throw broken(file, "its tensors end at %d, its bytes at %d".formatted(end, dataSize));
    }
  }

  static InvalidInputException broken(String file, String why) {
    return new InvalidInputException(
        "%s is no whole safetensors file: %s. Copy or download it again".formatted(file, why));
  }
}
