package dev.tatara.trainer.gang;

/** Another process has taken this rank's place; this one must end without writing. */
public final class FencedException extends RuntimeException {
  FencedException(int rank, int epoch, int newest, String why) {
    super(
        "This process was rank %d in epoch %d, but epoch %d has begun %s; it ends without writing"
            .formatted(rank, epoch, newest, why));
  }
}
