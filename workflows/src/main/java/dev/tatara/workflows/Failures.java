package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;

/** What went wrong, in the words of whoever knew best. */
final class Failures {
  private Failures() {}

  static boolean isCancellation(Throwable failure) {
    return failure instanceof CanceledFailure
        || isWrapping(failure) && failure.getCause() instanceof CanceledFailure;
  }

  /** The failure of the run: the message and type of the activity's own exception. */
  static ApplicationFailure ofStage(Stage stage, TemporalFailure failure) {
    Throwable cause = isWrapping(failure) ? failure.getCause() : failure;
    if (cause instanceof ApplicationFailure known) {
      return ApplicationFailure.newNonRetryableFailureWithCause(
          known.getOriginalMessage(), known.getType(), failure);
    }
    if (cause instanceof TimeoutFailure timeout) {
      return ApplicationFailure.newNonRetryableFailureWithCause(
          "Stage %s gave up: an activity took longer than its limit (%s). Run again to go on where it stopped"
              .formatted(stage.word(), timeout.getTimeoutType()),
          "Timeout",
          failure);
    }
    return ApplicationFailure.newNonRetryableFailureWithCause(
        "Stage %s failed: %s".formatted(stage.word(), failure.getOriginalMessage()),
        failure.getClass().getSimpleName(),
        failure);
  }

  private static boolean isWrapping(Throwable failure) {
    return failure instanceof ActivityFailure || failure instanceof ChildWorkflowFailure;
  }
}
