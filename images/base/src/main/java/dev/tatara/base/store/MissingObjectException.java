package dev.tatara.base.store;

/** There is no such object. */
public final class MissingObjectException extends StoreException {
  MissingObjectException(String uri, Throwable cause) {
    super("find", uri, cause);
  }
}
