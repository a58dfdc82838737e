package dev.tatara.activities.gang;

/**
 * A gang failed again and again without coming further; trying again may help later, not at once.
 */
public final class GangFailedException extends RuntimeException {
  GangFailedException(String message) {
    super(message);
  }
}
