package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tatara.config.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Tensors by name from one safetensors file (format: huggingface/safetensors), read as float32
 * whatever float type they are stored in.
 */
public final class Safetensors {
  private final String file;
  private final TensorBytes bytes;
  private final SafetensorsHeader header;

  private Safetensors(String file, TensorBytes bytes) {
    this.file = file;
    this.bytes = bytes;
    this.header = SafetensorsHeader.read(bytes, file);
  }

  /**
   * Opens a file.
   *
   * @throws InvalidInputException if it is no whole safetensors file
   */
  public static Safetensors open(Path file) {
    return new Safetensors(file.toString(), TensorBytes.of(file));
  }

  /** Tensors in memory; {@code name} is for messages. */
  public static Safetensors of(byte[] bytes, String name) {
    return new Safetensors(name, TensorBytes.of(bytes));
  }

  /** Names of all tensors, sorted. */
  public Set<String> names() {
    return header.entries().keySet();
  }

  /**
   * Shape of a tensor.
   *
   * @throws InvalidInputException if there is no such tensor
   */
  public List<Long> shape(String name) {
    return entry(name).shape();
  }

  /** The values of a tensor in row order. */
  public float[] floats(String name) {
    ByteBuffer values = float32(entry(name));
    float[] floats = new float[values.remaining() / Float.BYTES];
    values.asFloatBuffer().get(floats);
    return floats;
  }

  /** The tensor as float32 in native memory of {@code manager}. */
  NDArray array(String name, NDManager manager) {
    TensorEntry entry = entry(name);
    Shape shape = new Shape(entry.shape().stream().mapToLong(Long::longValue).toArray());
    return manager.create(float32(entry), shape, DataType.FLOAT32);
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = header.entries().get(name);
    if (entry == null) {
      throw new InvalidInputException(
          "%s has no tensor %s; it has %s".formatted(file, name, header.entries().keySet()));
    }
    return entry;
  }

  private ByteBuffer float32(TensorEntry entry) {
    if (entry.elements() > Integer.MAX_VALUE / Float.BYTES) {
      throw new InvalidInputException(
          "%s: tensor %s has %d elements; at most %d can be read"
              .formatted(file, entry.name(), entry.elements(), Integer.MAX_VALUE / Float.BYTES));
    }
    ByteBuffer stored =
        bytes
            .read(header.dataStart() + entry.begin(), (int) (entry.end() - entry.begin()))
            .order(ByteOrder.LITTLE_ENDIAN);
    return switch (entry.type()) {
      case "F32" -> stored;
      case "BF16", "F16" -> widened(stored, entry.type().equals("BF16"));
      default ->
          throw new InvalidInputException(
              "%s: tensor %s is stored as %s; F32, BF16 and F16 can be read"
                  .formatted(file, entry.name(), entry.type()));
    };
  }

  private static ByteBuffer widened(ByteBuffer stored, boolean brain) {
    ByteBuffer floats =
        ByteBuffer.allocateDirect(stored.remaining() * 2).order(ByteOrder.LITTLE_ENDIAN);
    while (stored.hasRemaining()) {
      short bits = stored.getShort();
      floats.putFloat(brain ? Float.intBitsToFloat(bits << 16) : fromHalf(bits));
    }
    return floats.flip();
  }

  /** IEEE 754 binary16; the JDK has its own from version 20 on. */
  static float fromHalf(short half) {
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    float sign = half < 0 ? -1f : 1f;
    if (exponent == 0) {
      return sign * fraction * 0x1p-24f;
    }
    if (exponent == 0x1f) {
      return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    return sign * (fraction + 1024) * (float) Math.scalb(1.0, exponent - 25);
  }
}
