package dev.tatara.trainer.checkpoint;

import dev.tatara.trainer.tensor.HostMemory;
import dev.tatara.trainer.tensor.Tensors;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A copy of a rank's state in memory of its own, so that training goes on while it is written. The
 * memory is used again by the next copy.
 */
final class HostCopy {
  /** Elements that are verified at a time, 4 MB: what a rank reads in vain is less. */
  private static final long PIECE = 1 << 20;

  private final Tensor buffer;
  private final HostMemory memory;

  HostCopy(long elements) {
    buffer = Tensors.hostEmpty(TrainingState.PARTS * elements);
    memory = HostMemory.of(buffer);
  }

  /** Takes the state over, part by part; this is all that training waits for. */
  void take(TrainingState state) {
    try (NoGradGuard guard = new NoGradGuard()) {
      long at = 0;
      for (int part = 0; part < TrainingState.PARTS; part++) {
        for (TrainingState.Stretch stretch : state.stretches()) {
          Tensor source = stretch.parts().get(part);
          try (Tensor place = buffer.narrow(0, at, source.numel())) {
            place.copy_(source);
          }
          at += source.numel();
        }
      }
    }
  }

  long bytes() {
    return memory.bytes();
  }

  /** What the copy of this state consists of, in order. */
  List<Shard.Piece> pieces(TrainingState state) {
    List<Shard.Piece> pieces = new ArrayList<>();
    long at = 0;
    for (int part = 0; part < TrainingState.PARTS; part++) {
      for (TrainingState.Stretch stretch : state.stretches()) {
        for (long begin = stretch.begin(); begin < stretch.end(); begin += PIECE) {
          long end = Math.min(stretch.end(), begin + PIECE);
          int length = (int) (end - begin) * Float.BYTES;
          pieces.add(new Shard.Piece(part, begin, end, Digest.of(memory.piece(at, length))));
          at += length;
        }
      }
    }
    return pieces;
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
