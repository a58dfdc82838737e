package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says in one sentence what went wrong and what to do, whatever was thrown. */
final class FailureSentence {
  private static final String KEPT = "; what is finished is kept, so repeat the command afterwards";

  private FailureSentence() {}

  static String of(Throwable failure) {
    Throwable root = failure;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof InvalidInputException) {
        return said(at.getMessage(), at);
      }
      if (at instanceof CanceledFailure) {
        return "The run was cancelled" + KEPT;
      }
      if (isSentence(at) && !diskFull(said(at.getCause().getMessage(), at))) {
        return said(at.getMessage(), at);
      }
      root = at;
    }
    if (root instanceof ApplicationFailure application) {
      return diskFull(application.getOriginalMessage())
          ? fullDisk(application.getOriginalMessage())
          : said(application.getOriginalMessage(), root);
    }
    String message = said(root.getMessage(), root);
    if (diskFull(message)) {
      return fullDisk(message);
    }
    if (root instanceof OutOfMemoryError) {
      return "There is not enough memory (%s); close other programs or lower the size of the run"
          .formatted(message);
    }
    return root instanceof IOException ? "%s: %s".formatted(name(root), message) : message;
  }

  /** Whoever wrapped it has said more than the operating system did. */
  private static boolean isSentence(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof UncheckedIOException
        && cause != null
        && !cause.toString().equals(failure.getMessage());
  }

  private static boolean diskFull(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("no space left on device") || lower.contains("disk quota exceeded");
  }

  private static String fullDisk(String message) {
    return "The disk is full (%s); free some space or choose another place with --state DIR%s"
        .formatted(message, KEPT);
  }

  private static String said(@Nullable String message, Throwable failure) {
    return message == null || message.isBlank() ? name(failure) : message.strip();
  }

  private static String name(Throwable failure) {
    return failure.getClass().getSimpleName();
  }
}
