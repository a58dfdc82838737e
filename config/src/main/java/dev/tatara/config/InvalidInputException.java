package dev.tatara.config;

/**
 * The user must change something; trying again cannot help. The message says what was found, what
 * was expected and what to do.
 */
public final class InvalidInputException extends RuntimeException {
  public InvalidInputException(String message) {
    super(message);
  }

  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
