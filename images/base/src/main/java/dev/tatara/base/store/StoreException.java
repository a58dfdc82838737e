package dev.tatara.base.store;

/** The object store could not be reached or refused; trying again is safe. */
public class StoreException extends RuntimeException {
  StoreException(String verb, String uri, Throwable cause) {
    super(
        ("Cannot %s %s: %s. If this lasts, check that the object store runs and has space left")
            .formatted(verb, uri, cause.getMessage()),
        cause);
  }

  StoreException(String message) {
    super(message);
  }
}
