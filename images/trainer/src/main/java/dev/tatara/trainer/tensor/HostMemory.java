package dev.tatara.trainer.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** The bytes of a contiguous tensor in host memory, without copying; little-endian. */
public final class HostMemory {
  private static final int PIECE_BYTES = 1 << 22;

  private final BytePointer start;
  private final long bytes;

  private HostMemory(BytePointer start, long bytes) {
    this.start = start;
    this.bytes = bytes;
  }

  /** The memory of a tensor of the host, which must live as long as this is used. */
  public static HostMemory of(Tensor tensor) {
    if (!tensor.is_cpu()) {
      throw new IllegalArgumentException("the tensor is not on the host");
    }
    if (!tensor.is_contiguous()) {
      throw new IllegalArgumentException("the tensor is not contiguous");
    }
    long bytes = tensor.nbytes();
    return new HostMemory(new BytePointer(tensor.data_ptr()).capacity(bytes), bytes);
  }

  /** Size in bytes. */
  public long bytes() {
    return bytes;
  }

  /** Takes one piece of the memory. */
  @FunctionalInterface
  public interface Piece {
    void accept(long offset, ByteBuffer piece) throws IOException;
  }

  /** Hands out the whole memory in order, in pieces that fit a buffer; writes go through. */
  public void forEachPiece(Piece consumer) throws IOException {
    for (long offset = 0; offset < bytes; offset += PIECE_BYTES) {
      consumer.accept(offset, piece(offset, (int) Math.min(PIECE_BYTES, bytes - offset)));
    }
  }

  /** A view of some of the bytes. */
  public ByteBuffer piece(long offset, int length) {
    try (BytePointer view = new BytePointer(start)) {
      return view.position(offset)
          .capacity(offset + length)
          .asByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
