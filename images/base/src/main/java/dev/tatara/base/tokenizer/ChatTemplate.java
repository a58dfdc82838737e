package dev.tatara.base.tokenizer;

import dev.tatara.base.token.ChatRow;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays out chats as ChatML: {@code <|im_start|>role\ncontent<|im_end|>\n}. Special tokens inside
 * roles and contents are text, so nobody can forge a message. An assistant's message is tokenised
 * apart from its heading: what was generated after a prompt has the same ids as what is trained on.
 */
public final class ChatTemplate {
  /**
   * The same for Hugging Face's {@code apply_chat_template}; {@code generation} marks what the
   * assistant mask covers.
   */
  public static final String JINJA =
      """
      {%- for message in messages -%}{{ '<|im_start|>' + message['role'] + '
      ' }}{%- if message['role'] == 'assistant' -%}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{{ '
      ' }}{%- else -%}{{ message['content'] + '<|im_end|>
      ' }}{%- endif -%}{%- endfor -%}{%- if add_generation_prompt -%}{{ '<|im_start|>assistant
      ' }}{%- endif -%}""";

  private final Tokenizer tokenizer;
  private final int messageStart;
  private final int messageEnd;

  /**
   * @throws dev.tatara.config.InvalidInputException if the tokenizer lacks the tokens of ChatML
   */
  public ChatTemplate(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    messageStart = tokenizer.id(SpecialTokens.MESSAGE_START);
    messageEnd = tokenizer.id(SpecialTokens.MESSAGE_END);
  }

  /** A whole chat; the mask covers what assistants say and the end of it. */
  public ChatRow render(List<ChatMessage> messages) {
    IntList ids = new IntList(256);
    List<Integer> mask = new ArrayList<>();
    for (ChatMessage message : messages) {
      ids.add(messageStart);
      if (message.byAssistant()) {
        tokenizer.encodePlain(message.role() + "\n", ids);
        cover(mask, ids.size(), 0);
        tokenizer.encodePlain(message.content(), ids);
        ids.add(messageEnd);
        cover(mask, ids.size(), 1);
      } else {
        tokenizer.encodePlain(message.role() + "\n" + message.content(), ids);
        ids.add(messageEnd);
      }
      tokenizer.encodePlain("\n", ids);
      cover(mask, ids.size(), 0);
    }
    return new ChatRow(ids.toList(), List.copyOf(mask));
  }

  /** The chat so far, and the heading under which the assistant answers. */
  public List<Integer> prompt(List<ChatMessage> messages) {
    List<Integer> ids = new ArrayList<>(render(messages).ids());
    ids.add(messageStart);
    for (int id : tokenizer.encodePlain(ChatMessage.ASSISTANT + "\n")) {
      ids.add(id);
    }
    return ids;
  }

  /** What the assistant answers, and the end of it. */
  public List<Integer> answer(String content) {
    IntList ids = new IntList(64);
    tokenizer.encodePlain(content, ids);
    ids.add(messageEnd);
    return ids.toList();
  }

  private static void cover(List<Integer> mask, int until, int value) {
    while (mask.size() < until) {
      mask.add(value);
    }
  }
}
