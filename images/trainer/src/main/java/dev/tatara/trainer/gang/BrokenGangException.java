package dev.tatara.trainer.gang;

/** Another rank is gone or silent. Starting the gang anew, from its last checkpoint, is safe. */
public final class BrokenGangException extends RuntimeException {
  BrokenGangException(String message, Throwable cause) {
    super(message, cause);
  }
}
