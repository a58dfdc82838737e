package dev.tatara.trainer.checkpoint;

import java.util.List;

/**
 * One rank's part of the training state: an object of little-endian 32-bit floats in pieces that
 * are verified one by one, so that a rank of another world size reads what it needs and no more.
 *
 * @param name of the object, relative to the checkpoint
 * @param size bytes
 * @param pieces in the order of the object, which they fill
 * @param epoch of the gang that wrote it
 * @param stall seconds that the rank stood still for it
 */
public record Shard(int rank, String name, long size, List<Piece> pieces, int epoch, double stall) {
  public Shard {
    pieces = List.copyOf(pieces);
  }

  /**
   * A stretch of one part of the state.
   *
   * @param part 0 parameters, 1 first moments, 2 second moments
   * @param begin first element, counted over the model without the padding that ranks add
   * @param end element behind the last
   * @param sha256 of the bytes, lower-case hex
   */
  public record Piece(int part, long begin, long end, String sha256) {
    /** Bytes in the object. */
    long bytes() {
      return (end - begin) * Float.BYTES;
    }
  }
}
