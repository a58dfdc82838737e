package dev.tatara.activities.collect;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The current line of a stream, as bytes; of a line that is too long only the start is held. */
final class LineBytes {
  private final int most;
  private byte[] bytes = new byte[1 << 16];
  private int length;
  private long total;

  LineBytes(int most) {
    this.most = most;
  }

  /** Reads the next line; false at the end of the stream. */
  boolean next(InputStream in) throws IOException {
    length = 0;
    total = 0;
    int b = in.read();
    if (b < 0) {
      return false;
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      total++;
      if (length < most) {
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) b;
      }
    }
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Bytes held. */
  int length() {
    return length;
  }

  /** Bytes of the line, without its end. */
  long total() {
    return total;
  }

  boolean isTooLong() {
    return total > length;
  }

  boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\r' && bytes[i] != '\t') {
        return false;
      }
    }
    return true;
  }
}
