package dev.tatara.base.tokenizer;

import java.util.List;

/** The tokens that stand for structure and never for text. Their ids are their positions. */
public final class SpecialTokens {
  /** Ends every document, and starts the first. */
  public static final String END_OF_TEXT = "<|endoftext|>";

  /** Fills short rows of a batch. */
  public static final String PAD = "<|pad|>";

  /** Starts a message of a chat. */
  public static final String MESSAGE_START = "<|im_start|>";

  /** Ends a message of a chat. */
  public static final String MESSAGE_END = "<|im_end|>";

  public static final List<String> ALL = List.of(END_OF_TEXT, PAD, MESSAGE_START, MESSAGE_END);

  private SpecialTokens() {}
}
