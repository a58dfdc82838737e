package dev.tatara.base.tokenizer;

import dev.tatara.base.tokenizer.TokenizerModel.Added;
import dev.tatara.config.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Turns text into token ids and back: byte-level BPE, the same ids as Hugging Face tokenizers gives
 * for the same {@code tokenizer.json}. Thread-safe.
 */
public final class Tokenizer {
  private final TokenizerModel model;
  private final Map<String, Integer> ids = new HashMap<>();
  private final byte[][] bytes;
  private final MergeRules rules;
  private final int[] idOfByte = new int[256];
  private final Map<String, Integer> wholeWords;
  private final AddedTokens rawAdded;
  private final AddedTokens formedAdded;
  private final Queue<TextEncoder> idle = new ConcurrentLinkedQueue<>();

  /**
   * @throws InvalidInputException if the vocabulary lacks a byte or a token of a merge
   */
  public Tokenizer(TokenizerModel model) {
    this.model = model;
    bytes = new byte[size(model)][];
    for (int id = 0; id < model.vocabulary().size(); id++) {
      ids.putIfAbsent(model.vocabulary().get(id), id);
      bytes[id] = ByteSymbols.bytes(model.vocabulary().get(id));
    }
    rules = new MergeRules(model.merges(), ids);
    wholeWords = model.wholeWords() ? Map.copyOf(ids) : Map.of();
    for (int value = 0; value < idOfByte.length; value++) {
      idOfByte[value] = id(Character.toString(ByteSymbols.of(value)));
    }
    model.added().forEach(this::add);
    rawAdded = new AddedTokens(model.added(), false, content -> content);
    formedAdded = new AddedTokens(model.added(), true, model.form()::of);
  }

  /**
   * Reads a tokenizer from {@code tokenizer.json}.
   *
   * @throws InvalidInputException if it is not a byte-level BPE that is understood here
   */
  public static Tokenizer read(byte[] tokenizerJson) {
    return new Tokenizer(TokenizerJson.read(tokenizerJson));
  }

  private static int size(TokenizerModel model) {
    int beyond = model.added().isEmpty() ? 0 : model.added().lastKey() + 1;
    return Math.max(model.vocabulary().size(), beyond);
  }

  private void add(int id, Added token) {
    ids.put(token.content(), id);
    bytes[id] = token.content().getBytes(StandardCharsets.UTF_8);
  }

  /** What this tokenizer was made of. */
  public TokenizerModel model() {
    return model;
  }

  /** Number of tokens. */
  public int size() {
    return bytes.length;
  }

  /**
   * Id of a token given in byte symbols, or of an added token.
   *
   * @throws InvalidInputException if there is none
   */
  public int id(String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new InvalidInputException(
          "The tokenizer has no token \"%s\"; use a byte-level BPE tokenizer that has the special tokens %s"
              .formatted(token, SpecialTokens.ALL));
    }
    return id;
  }

  /** The tokens of a text in which special tokens are meant as such. Never for text of others. */
  public int[] encode(String text) {
    IntList out = new IntList(text.length() / 2 + 8);
    encode(text, false, out);
    return out.toArray();
  }

  /**
   * The tokens of a text in which special tokens are text like any other. Added tokens that are not
   * special, such as a mark for a redacted address, are still found.
   */
  public int[] encodePlain(String text) {
    IntList out = new IntList(text.length() / 2 + 8);
    encodePlain(text, out);
    return out.toArray();
  }

  void encodePlain(String text, IntList out) {
    encode(text, true, out);
  }

  private void encode(String text, boolean plain, IntList out) {
    TextEncoder idleOne = idle.poll();
    TextEncoder encoder =
        idleOne != null
            ? idleOne
            : new TextEncoder(model.preTokenizer(), new WordEncoder(rules, idOfByte, wholeWords));
    rawAdded.split(
        BrokenText.wellFormed(text),
        plain,
        raw ->
            formedAdded.split(
                model.form().of(raw),
                plain,
                formed -> encoder.encode(formed.toCharArray(), out),
                out::add),
        out::add);
    idle.add(encoder);
  }

  /** The text of tokens, special ones included; broken UTF-8 gives U+FFFD per maximal subpart. */
  public String decode(int[] tokens) {
    return BrokenText.decode(decodeBytes(tokens));
  }

  /** The text of tokens without the special ones. */
  public String decodeText(List<Integer> tokens) {
    int[] kept = tokens.stream().mapToInt(Integer::intValue).filter(id -> !special(id)).toArray();
    return decode(kept);
  }

  private boolean special(int id) {
    Added token = model.added().get(id);
    return token != null && token.special();
  }

  /** The bytes that tokens stand for. */
  public byte[] decodeBytes(int[] tokens) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(tokens.length * 4);
    for (int token : tokens) {
      if (token < 0 || token >= bytes.length) {
        throw new IllegalArgumentException(
            "token id is %d; this tokenizer has ids 0 to %d".formatted(token, bytes.length - 1));
      }
      out.writeBytes(bytes[token]);
    }
    return out.toByteArray();
  }
}
