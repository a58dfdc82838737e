package dev.tatara.base.store;

/**
 * An object's bytes are not those of its manifest. Never retried as it is: the artifact must be
 * made again.
 */
public final class CorruptArtifactException extends StoreException {
  CorruptArtifactException(String message) {
    super(message);
  }
}
