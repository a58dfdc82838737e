package dev.tatara.activities.sft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.tokenizer.ChatMessage;
import dev.tatara.config.run.SftConfig.ChatFormat;
import java.util.ArrayList;
import java.util.List;

/** What one record of a chat file holds: a chat, or the reason why it holds none. */
sealed interface Chat {
  /** Messages in order; at least one is the assistant's. */
  record Usable(List<ChatMessage> messages) implements Chat {}

  /** Few words from a fixed set, as in the data account. */
  record Unusable(String reason) implements Chat {}

  String MISSING_FIELD = "missing-field";
  String UNKNOWN_ROLE = "unknown-role";
  String EMPTY_ANSWER = "empty-answer";

  /** Reads a record. */
  static Chat of(JsonNode row, ChatFormat format) {
    return switch (format) {
      case MESSAGES -> turns(row.path("messages"), "role", "content");
      case UTTERANCES -> turns(row.path("utterances"), "name", "text");
      case ALPACA -> task(row.path("instruction"), row.path("input"), row.path("output"));
      case SEED_TASKS -> {
        // Of several instances the first, so that a record is a chat.
        JsonNode instance = row.path("instances").path(0);
        yield task(row.path("instruction"), instance.path("input"), instance.path("output"));
      }
    };
  }

  private static Chat turns(JsonNode turns, String roleField, String textField) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode turn : turns) {
      JsonNode text = turn.path(textField);
      if (!turn.path(roleField).isTextual() || !text.isTextual()) {
        return new Unusable(MISSING_FIELD);
      }
      String role = role(turn.path(roleField).asText());
      if (role.isEmpty()) {
        return new Unusable(UNKNOWN_ROLE);
      }
      messages.add(new ChatMessage(role, text.asText()));
    }
    return checked(messages);
  }

  /** Our word for a role; empty if it is not known. */
  private static String role(String given) {
    return switch (given) {
      case "system" -> ChatMessage.SYSTEM;
      case "user", "human" -> ChatMessage.USER;
      case "assistant", "agent", "gpt" -> ChatMessage.ASSISTANT;
      default -> "";
    };
  }

  private static Chat task(JsonNode instruction, JsonNode input, JsonNode output) {
    if (!instruction.isTextual() || !output.isTextual()) {
      return new Unusable(MISSING_FIELD);
    }
    String more = input.asText("");
    String asked = instruction.asText() + (more.isBlank() ? "" : "\n\n" + more);
    return checked(
        List.of(
            new ChatMessage(ChatMessage.USER, asked),
            new ChatMessage(ChatMessage.ASSISTANT, output.asText())));
  }

  private static Chat checked(List<ChatMessage> messages) {
    List<ChatMessage> answers = messages.stream().filter(ChatMessage::byAssistant).toList();
    if (answers.isEmpty()) {
      return new Unusable(MISSING_FIELD);
    }
    if (answers.stream().anyMatch(answer -> answer.content().isBlank())) {
      return new Unusable(EMPTY_ANSWER);
    }
    return new Usable(List.copyOf(messages));
  }
}
