package dev.tatara.activities.clean;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads what a C++ program on a little-endian machine wrote field by field. */
record LittleEndian(DataInputStream in) {
  int int32() throws IOException {
    return Integer.reverseBytes(in.readInt());
  }

  long int64() throws IOException {
    return Long.reverseBytes(in.readLong());
  }

  double float64() throws IOException {
    return Double.longBitsToDouble(int64());
  }

  byte int8() throws IOException {
    return in.readByte();
  }

  boolean bool() throws IOException {
    return in.readByte() != 0;
  }

  byte[] bytes(int count) throws IOException {
    byte[] bytes = new byte[count];
    in.readFully(bytes);
    return bytes;
  }

  float[] floats(int count) throws IOException {
    float[] floats = new float[count];
    ByteBuffer.wrap(bytes(4 * count)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  /** A string that ends in a zero byte. */
  String string() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte b = in.readByte(); b != 0; b = in.readByte()) {
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
