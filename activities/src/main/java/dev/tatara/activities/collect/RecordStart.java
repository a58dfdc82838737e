package dev.tatara.activities.collect;

import java.io.IOException;
import java.io.InputStream;

/** Where a record of a web archive may begin: a gzip member, or a line with the version. */
final class RecordStart {
  private static final int GZIP_MEMBER = 0x1F8B08;
  private static final long VERSION = packed("\nWARC/");

  private RecordStart() {}

  /** Bytes before the first candidate, or -1 if there is none; closes the stream. */
  static long find(InputStream stream) throws IOException {
    try (InputStream in = stream) {
      long last = 0;
      long offset = 0;
      for (int b = in.read(); b >= 0; b = in.read()) {
        offset++;
        last = (last << 8 | b) & 0xFFFF_FFFF_FFFFL;
        if ((last & 0xFF_FFFF) == GZIP_MEMBER) {
          return offset - 3;
        }
        if (last == VERSION) {
          return offset - 5;
        }
      }
      return -1;
    }
  }

  private static long packed(String ascii) {
    long bits = 0;
    for (int i = 0; i < ascii.length(); i++) {
      bits = bits << 8 | ascii.charAt(i);
    }
    return bits;
  }
}
