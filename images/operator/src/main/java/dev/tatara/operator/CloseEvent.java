package dev.tatara.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The last event of a workflow's history: what it came to. */
final class CloseEvent {
  private CloseEvent() {}

  /** Why it failed; null if it did not. */
  static @Nullable String failure(HistoryEvent event) {
    return event.hasWorkflowExecutionFailedEventAttributes()
        ? sentence(event.getWorkflowExecutionFailedEventAttributes().getFailure())
        : null;
  }

  /** What it returned; missing if it did not. */
  static JsonNode result(HistoryEvent event, Function<Payloads, @Nullable JsonNode> reader) {
    JsonNode result =
        event.hasWorkflowExecutionCompletedEventAttributes()
            ? reader.apply(event.getWorkflowExecutionCompletedEventAttributes().getResult())
            : null;
    return result == null ? MissingNode.getInstance() : result;
  }

  /** The workflow fails with a sentence for people; what is below it is for programmers. */
  static String sentence(Failure failure) {
    Failure at = failure;
    while (at.getMessage().isBlank() && at.hasCause()) {
      at = at.getCause();
    }
    return at.getMessage().isBlank() ? "it does not say why" : at.getMessage();
  }
}
