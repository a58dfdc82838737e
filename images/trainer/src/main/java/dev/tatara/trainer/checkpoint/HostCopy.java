package dev.tatara.trainer.checkpoint;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.tatara.trainer.tensor.HostMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A copy of a rank's state in memory of its own, so that training goes on while it is written. The
 * memory is used again by the next copy.
 */
final class HostCopy {
  private final Tensor buffer;
  private final HostMemory memory;
  private final long length;

  HostCopy(long length) {
    this.length = length;
    buffer = torch_empty(3 * length);
    memory = HostMemory.of(buffer);
  }

  /** Takes the state over; this is all that training waits for. */
  void take(TrainingState state) {
    try (NoGradGuard guard = new NoGradGuard()) {
      List<Tensor> tensors = state.tensors();
      for (int i = 0; i < tensors.size(); i++) {
        try (Tensor place = buffer.narrow(0, i * length, length)) {
          place.copy_(tensors.get(i));
        }
      }
    }
  }

  long bytes() {
    return memory.bytes();
  }

  String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      memory.forEachPiece((offset, piece) -> digest.update(piece));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes, in order. */
  InputStream stream() {
    return new InputStream() {
      private long position;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
      }

      @Override
      public int read(byte[] target, int offset, int wanted) {
        int length = (int) Math.min(wanted, memory.bytes() - position);
        if (length <= 0) {
          return wanted == 0 ? 0 : -1;
        }
        ByteBuffer piece = memory.piece(position, length);
        piece.get(target, offset, length);
        position += length;
        return length;
      }
    };
  }
}
