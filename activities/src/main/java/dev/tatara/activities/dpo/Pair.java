package dev.tatara.activities.dpo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.tokenizer.ChatMessage;
import dev.tatara.config.run.DpoConfig.PairFormat;
import java.util.ArrayList;
import java.util.List;

/** What one record of a preference file holds: a pair, or the reason why it holds none. */
sealed interface Pair {
  /**
   * @param prompt messages so far; the last is the user's
   */
  record Usable(List<ChatMessage> prompt, String chosen, String rejected) implements Pair {}

  /** Few words from a fixed set, as in the data account. */
  record Unusable(String reason) implements Pair {}

  String MISSING_FIELD = "missing-field";
  String UNKNOWN_ROLE = "unknown-role";
  String EMPTY_ANSWER = "empty-answer";
  String NO_PREFERENCE = "no-preference";

  /** Reads a record. */
  static Pair of(JsonNode row, PairFormat format) {
    return switch (format) {
      case PROMPT -> {
        if (!row.path("prompt").isTextual()) {
          yield new Unusable(MISSING_FIELD);
        }
        ChatMessage prompt = new ChatMessage(ChatMessage.USER, row.path("prompt").asText());
        yield checked(List.of(prompt), row.path("chosen"), row.path("rejected"));
      }
      case SHAREGPT -> conversation(row);
    };
  }

  private static Pair conversation(JsonNode row) {
    List<ChatMessage> prompt = new ArrayList<>();
    for (JsonNode turn : row.path("conversations")) {
      if (!turn.path("from").isTextual() || !turn.path("value").isTextual()) {
        return new Unusable(MISSING_FIELD);
      }
      String role =
          switch (turn.path("from").asText()) {
            case "system" -> ChatMessage.SYSTEM;
            case "human", "user" -> ChatMessage.USER;
            case "gpt", "assistant" -> ChatMessage.ASSISTANT;
            default -> "";
          };
      if (role.isEmpty()) {
        return new Unusable(UNKNOWN_ROLE);
      }
      prompt.add(new ChatMessage(role, turn.path("value").asText()));
    }
    return checked(prompt, row.path("chosen").path("value"), row.path("rejected").path("value"));
  }

  private static Pair checked(List<ChatMessage> prompt, JsonNode chosen, JsonNode rejected) {
    if (prompt.isEmpty() || !chosen.isTextual() || !rejected.isTextual()) {
      return new Unusable(MISSING_FIELD);
    }
    if (chosen.asText().isBlank() || rejected.asText().isBlank()) {
      return new Unusable(EMPTY_ANSWER);
    }
    if (chosen.asText().equals(rejected.asText())) {
      return new Unusable(NO_PREFERENCE);
    }
    return new Usable(List.copyOf(prompt), chosen.asText(), rejected.asText());
  }
}
