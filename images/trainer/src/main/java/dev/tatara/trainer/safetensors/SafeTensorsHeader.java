package dev.tatara.trainer.safetensors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

  /** A hundred thousand tensors need 15 MB; the reference implementation allows 100 MB. */
  static final int LARGEST_HEADER = 32 << 20;

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
          "its header says it is %s bytes long, in a file of %d; at most %d are read"
              .formatted(Long.toUnsignedString(length), fileBytes, LARGEST_HEADER));
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
    Map<String, TensorEntry> entries = new HeaderParser(where).parse(json);
    requireExactCover(entries, dataBytes, where);
    return entries;
  }

  private static void requireExactCover(
      Map<String, TensorEntry> entries, long dataBytes, String where) {
    long next = 0;
    String before = "the header";
    List<Map.Entry<String, TensorEntry>> inOrder = new ArrayList<>(entries.entrySet());
    inOrder.sort(
        Comparator.comparingLong((Map.Entry<String, TensorEntry> each) -> each.getValue().begin())
            .thenComparingLong(each -> each.getValue().end()));
    for (Map.Entry<String, TensorEntry> each : inOrder) {
      long begin = each.getValue().begin();
      if (begin != next) {
        throw wrong(
            where,
            "tensor \"%s\" begins at byte %d, but %s ends at byte %d: they %s"
                .formatted(
                    each.getKey(), begin, before, next, begin < next ? "overlap" : "leave a gap"));
      }
      next = each.getValue().end();
      before = "tensor \"" + each.getKey() + "\"";
    }
    if (next != dataBytes) {
      throw wrong(
          where,
          "its tensors need %d bytes of data, there are %d: it is %s"
              .formatted(next, dataBytes, dataBytes < next ? "cut off" : "too long"));
    }
  }

  /** The bytes of a header, length field included; padded so that data begin aligned to 8. */
  static byte[] bytes(Map<String, TensorEntry> entries) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject(HeaderParser.METADATA).put("format", "pt");
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
