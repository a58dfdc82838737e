package dev.tatara.activities.clean;

import java.io.IOException;

/**
 * A matrix whose rows are stored as one byte per few columns, each naming a centroid, with the norm
 * of the row quantised apart (quantmatrix.cc and productquantizer.cc of fastText 0.9.2, arXiv
 * 1612.03651). Unpacked on reading: a few MB of floats that are added several times as fast.
 */
final class QuantizedMatrix {
  private final int columns;
  private final float[] values;

  QuantizedMatrix(LittleEndian in) throws IOException {
    boolean normsApart = in.bool();
    int rows = Math.toIntExact(in.int64());
    columns = Math.toIntExact(in.int64());
    byte[] codes = in.bytes(in.int32());
    Quantizer quantizer = Quantizer.read(in);
    byte[] normCodes = normsApart ? in.bytes(rows) : new byte[0];
    float[] norms = normsApart ? Quantizer.read(in).centroids() : new float[0];
    values = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      float norm = normsApart ? norms[normCodes[row] & 0xFF] : 1;
      quantizer.unpack(codes, row, norm, values, row * columns);
    }
  }

  /** Adds a row to the sum. */
  void addRow(int row, float[] sum) {
    int start = row * columns;
    for (int i = 0; i < sum.length; i++) {
      sum[i] += values[start + i];
    }
  }

  /**
   * @param parts codes per row
   * @param width columns per code
   * @param lastWidth columns of the last code
   * @param centroids 256 per part
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Quantizer(int parts, int width, int lastWidth, float[] centroids) {
    private static final int CENTROIDS = 256;

    static Quantizer read(LittleEndian in) throws IOException {
      int columns = in.int32();
      int parts = in.int32();
      int width = in.int32();
      int lastWidth = in.int32();
      return new Quantizer(parts, width, lastWidth, in.floats(columns * CENTROIDS));
    }

    void unpack(byte[] codes, int row, float norm, float[] target, int offset) {
      for (int part = 0; part < parts; part++) {
        int code = codes[row * parts + part] & 0xFF;
        boolean last = part == parts - 1;
        int columns = last ? lastWidth : width;
        int start = part * CENTROIDS * width + code * columns;
        for (int n = 0; n < columns; n++) {
          target[offset + part * width + n] = norm * centroids[start + n];
        }
      }
    }
  }
}
