package dev.tatara.activities.tokenize;

import dev.tatara.base.token.TokenIndex;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The training tokens of one language in one shard, packed while documents are added. */
final class TokenStream {
  private final int bytesPerToken;
  private final @Nullable Integer beginOfText;
  private final int endOfText;
  private final long[] frequencies;
  private ByteBuffer packed = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private long[] starts = new long[64];
  private int documents;
  private long tokens;
  private long bytes;

  TokenStream(TokenIndex format) {
    bytesPerToken = format.bytesPerToken();
    beginOfText = format.beginOfText();
    endOfText = format.endOfText();
    frequencies = new long[format.vocabularySize()];
  }

  /** Adds a document and the tokens that begin and end it. */
  void add(int[] document, long textBytes) {
    if (documents == starts.length) {
      starts = Arrays.copyOf(starts, documents * 2);
    }
    starts[documents++] = tokens;
    reserve((document.length + 2) * bytesPerToken);
    if (beginOfText != null) {
      put(beginOfText);
    }
    for (int token : document) {
      frequencies[token]++;
      put(token);
    }
    put(endOfText);
    bytes += textBytes;
  }

  private void put(int token) {
    if (bytesPerToken == Short.BYTES) {
      packed.putShort((short) token);
    } else {
      packed.putInt(token);
    }
    tokens++;
  }

  private void reserve(int more) {
    if (packed.remaining() < more) {
      int capacity = Math.max(packed.position() + more, packed.capacity() * 2);
      packed = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(packed.flip());
    }
  }

  byte[] packed() {
    return Arrays.copyOf(packed.array(), packed.position());
  }

  /** Offsets of the first tokens of the documents, little-endian 64-bit. */
  byte[] boundaries() {
    ByteBuffer offsets = ByteBuffer.allocate(documents * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < documents; i++) {
      offsets.putLong(starts[i]);
    }
    return offsets.array();
  }

  int documents() {
    return documents;
  }

  long tokens() {
    return tokens;
  }

  long bytes() {
    return bytes;
  }

  long[] frequencies() {
    return frequencies.clone();
  }
}
