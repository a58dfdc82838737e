package dev.tatara.trainer.checkpoint;

/** A newer gang has taken over; this process must end without writing. */
public final class FencedException extends RuntimeException {
  FencedException(int epoch, int newest) {
    super(
        "This rank belongs to epoch %d, but epoch %d has begun; it ends without writing"
            .formatted(epoch, newest));
  }
}
