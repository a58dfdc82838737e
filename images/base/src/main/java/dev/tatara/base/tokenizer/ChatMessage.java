package dev.tatara.base.tokenizer;

/**
 * One message of a chat.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 */
public record ChatMessage(String role, String content) {
  public static final String SYSTEM = "system";
  public static final String USER = "user";
  public static final String ASSISTANT = "assistant";

  /** Whether the model is to learn to say this. */
  public boolean byAssistant() {
    return role.equals(ASSISTANT);
  }
}
