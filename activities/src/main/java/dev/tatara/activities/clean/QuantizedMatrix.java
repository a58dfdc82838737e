package dev.tatara.activities.clean;

import java.io.IOException;

/**
 * A matrix whose rows are stored as one byte per few columns, each naming a centroid, with the norm
 * of the row quantised apart (quantmatrix.cc and productquantizer.cc of fastText 0.9.2, arXiv
 * 1612.03651).
 */
final class QuantizedMatrix {
  private final int rows;
  private final byte[] codes;
  private final Quantizer quantizer;
  private final byte[] normCodes;
  private final float[] norms;

  QuantizedMatrix(LittleEndian in) throws IOException {
    boolean normsApart = in.bool();
    rows = Math.toIntExact(in.int64());
    in.int64(); // columns: the quantizer knows them too
    codes = in.bytes(in.int32());
    quantizer = Quantizer.read(in);
    normCodes = normsApart ? in.bytes(rows) : new byte[0];
    norms = normsApart ? Quantizer.read(in).centroids() : new float[0];
  }

  /** Adds a row to the sum. */
  void addRow(int row, float[] sum) {
    float norm = normCodes.length == 0 ? 1 : norms[normCodes[row] & 0xFF];
    quantizer.add(codes, row, norm, sum);
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

    void add(byte[] codes, int row, float norm, float[] sum) {
      for (int part = 0; part < parts; part++) {
        int code = codes[row * parts + part] & 0xFF;
        boolean last = part == parts - 1;
        int columns = last ? lastWidth : width;
        int start = part * CENTROIDS * width + code * columns;
        for (int n = 0; n < columns; n++) {
          sum[part * width + n] += norm * centroids[start + n];
        }
      }
    }
  }
}
