package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.trainer.tensor.HostMemory;
import dev.tatara.trainer.tensor.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Fills one rank's state from shards that ranks of any world size wrote: reads the pieces that
 * overlap its stretches, each run of them in one ranged request, and verifies all that it reads.
 */
final class ShardReader {
  private final ObjectStore store;
  private final String prefix;
  private final TrainingState state;

  /** Elements that were filled, over all parts. */
  private long filled;

  /**
   * @param prefix key prefix of the checkpoint
   */
  ShardReader(ObjectStore store, String prefix, TrainingState state) {
    this.store = store;
    this.prefix = prefix;
    this.state = state;
  }

  /**
   * Fills the state.
   *
   * @throws CorruptCheckpointException if bytes are missing or other than they were
   * @throws UncheckedIOException if the connection to the store breaks
   */
  void read(List<Shard> shards) {
    for (Shard shard : shards) {
      read(shard);
    }
    long wanted = TrainingState.PARTS * state.elements();
    if (filled != wanted) {
      throw new CorruptCheckpointException(
          "its shards have %d of the %d elements of this rank".formatted(filled, wanted));
    }
  }

  private void read(Shard shard) {
    requireWhole(shard);
    List<Shard.Piece> pieces = shard.pieces();
    if (pieces.stream().anyMatch(this::wanted)) {
      requireSize(shard);
    }
    long offset = 0;
    int next = 0;
    while (next < pieces.size()) {
      int first = next;
      long length = 0;
      while (next < pieces.size() && wanted(pieces.get(next))) {
        length += pieces.get(next).bytes();
        next++;
      }
      if (first < next) {
        read(shard.name(), offset, length, pieces.subList(first, next));
        offset += length;
      } else {
        offset += pieces.get(next).bytes();
        next++;
      }
    }
  }

  private static void requireWhole(Shard shard) {
    long bytes = shard.pieces().stream().mapToLong(Shard.Piece::bytes).sum();
    boolean sound =
        shard.pieces().stream()
            .allMatch(
                piece ->
                    piece.part() >= 0
                        && piece.part() < TrainingState.PARTS
                        && piece.begin() >= 0
                        && piece.begin() < piece.end()
                        && piece.bytes() <= Integer.MAX_VALUE);
    if (!sound || bytes != shard.size()) {
      throw new CorruptCheckpointException(
          "%s has pieces of %d bytes in its manifest, %d were expected"
              .formatted(shard.name(), bytes, shard.size()));
    }
  }

  private void requireSize(Shard shard) {
    long found =
        store
            .size(prefix + shard.name())
            .orElseThrow(() -> new CorruptCheckpointException(shard.name() + " is missing"));
    if (found != shard.size()) {
      throw new CorruptCheckpointException(
          "%s has %d bytes, but %d in its manifest".formatted(shard.name(), found, shard.size()));
    }
  }

  private boolean wanted(Shard.Piece piece) {
    return state.stretches().stream()
        .anyMatch(stretch -> stretch.begin() < piece.end() && stretch.end() > piece.begin());
  }

  private void read(String name, long offset, long length, List<Shard.Piece> run) {
    try (InputStream in = store.open(prefix + name, offset, length)) {
      for (Shard.Piece piece : run) {
        byte[] bytes = in.readNBytes((int) piece.bytes());
        if (bytes.length != piece.bytes()) {
          throw new CorruptCheckpointException(name + " is shorter than its manifest says");
        }
        String digest = Digest.of(ByteBuffer.wrap(bytes));
        if (!digest.equals(piece.sha256())) {
          throw new CorruptCheckpointException(
              "elements %d to %d of %s have SHA-256 %s, but %s was expected"
                  .formatted(piece.begin(), piece.end(), name, digest, piece.sha256()));
        }
        fill(piece, bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read", e);
    }
  }

  private void fill(Shard.Piece piece, byte[] bytes) throws IOException {
    for (TrainingState.Stretch stretch : state.stretches()) {
      long begin = Math.max(piece.begin(), stretch.begin());
      long end = Math.min(piece.end(), stretch.end());
      if (begin >= end) {
        continue;
      }
      try (PointerScope scope = new PointerScope()) {
        Tensor target =
            stretch.parts().get(piece.part()).narrow(0, begin - stretch.begin(), end - begin);
        int from = (int) (begin - piece.begin()) * Float.BYTES;
        Tensor host = target.is_cpu() ? target : Tensors.hostEmpty(target.numel());
        HostMemory.of(host)
            .forEachPiece(
                (offset, place) -> place.put(bytes, from + (int) offset, place.remaining()));
        if (host != target) {
          target.copy_(host);
        }
      }
      filled += end - begin;
    }
  }
}
