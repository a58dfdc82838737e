package dev.tatara.trainer.checkpoint;

/** A checkpoint's bytes are not those of its manifest; an older one may be whole. */
final class CorruptCheckpointException extends RuntimeException {
  CorruptCheckpointException(String message) {
    super(message);
  }
}
