package dev.tatara.trainer.gang;

import org.jspecify.annotations.Nullable;

/** Another rank is gone or silent, or has moved on. Forming the gang anew is safe. */
public final class BrokenGangException extends RuntimeException {
  BrokenGangException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
