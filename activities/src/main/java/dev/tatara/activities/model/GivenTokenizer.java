package dev.tatara.activities.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.base.tokenizer.ChatTemplate;
import dev.tatara.base.tokenizer.SpecialTokens;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tokenizer of a given model.
 *
 * @param endOfText id of the token that ends a text: its {@code eos_token}
 */
public record GivenTokenizer(Tokenizer tokenizer, int endOfText, ModelSource source) {

  /**
   * Reads it.
   *
   * @throws InvalidInputException if it would give other ids here than in Hugging Face tokenizers,
   *     has more tokens than the model, or none that ends a text
   */
  static GivenTokenizer of(ModelSource source) {
    Tokenizer tokenizer = read(source);
    ModelConfig config = source.config();
    if (tokenizer.size() > config.vocabularySize()) {
      throw new InvalidInputException(
          "The tokenizer of %s has %d tokens, but its config.json gives the model a vocab_size of %d; take the tokenizer that belongs to the model"
              .formatted(source.uri(), tokenizer.size(), config.vocabularySize()));
    }
    return new GivenTokenizer(tokenizer, endOfText(source, tokenizer, config), source);
  }

  private static Tokenizer read(ModelSource source) {
    try {
      return Tokenizer.read(source.bytes(ModelSource.TOKENIZER));
    } catch (InvalidInputException e) {
      throw new InvalidInputException(
          "The tokenizer of pretrain.from (%s) cannot be used: %s"
              .formatted(source.uri(), e.getMessage()),
          e);
    }
  }

  private static int endOfText(ModelSource source, Tokenizer tokenizer, ModelConfig config) {
    for (String name : List.of(ModelSource.TOKENIZER_CONFIG, ModelSource.SPECIAL_TOKENS)) {
      JsonNode end =
          source
              .bytesIfPresent(name)
              .map(json -> ModelConfig.tree(json, source.uri() + "/" + name))
              .map(root -> root.path("eos_token"))
              .orElse(Json.MAPPER.missingNode());
      String token = end.isTextual() ? end.asText() : end.path("content").asText("");
      if (!token.isEmpty()) {
        return tokenizer.id(token);
      }
    }
    Integer id = config.endOfText();
    if (id == null || id < 0 || id >= tokenizer.size()) {
      throw new InvalidInputException(
          "%s does not say which token ends a text; add eos_token to its tokenizer_config.json"
              .formatted(source.uri()));
    }
    return id;
  }

  /**
   * Whether chats can be laid out with it.
   *
   * @throws InvalidInputException if not
   */
  public void requireChatTokens() {
    for (String token : List.of(SpecialTokens.MESSAGE_START, SpecialTokens.MESSAGE_END)) {
      if (tokenizer.model().added().values().stream()
          .noneMatch(added -> added.content().equals(token))) {
        throw new InvalidInputException(
            "The tokenizer of pretrain.from (%s) has no special token %s, but sft and dpo lay chats out with %s and %s. Leave sft and dpo out, or add both to the model and its tokenizer first"
                .formatted(
                    source.uri(), token, SpecialTokens.MESSAGE_START, SpecialTokens.MESSAGE_END));
      }
    }
  }

  /**
   * The files to hand out with the model, as they are.
   *
   * @param chat with the layout of chats that {@code sft} and {@code dpo} train on instead of
   *     theirs
   */
  public SortedMap<String, byte[]> files(boolean chat) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put(TokenizerJson.NAME, source.bytes(ModelSource.TOKENIZER));
    byte[] config = source.bytes(ModelSource.TOKENIZER_CONFIG);
    files.put(ModelSource.TOKENIZER_CONFIG, chat ? withChats(config) : config);
    source
        .bytesIfPresent(ModelSource.SPECIAL_TOKENS)
        .ifPresent(bytes -> files.put(ModelSource.SPECIAL_TOKENS, bytes));
    if (!chat) {
      source
          .bytesIfPresent(ModelSource.CHAT_TEMPLATE)
          .ifPresent(bytes -> files.put(ModelSource.CHAT_TEMPLATE, bytes));
    }
    return files;
  }

  private byte[] withChats(byte[] json) {
    ObjectNode root = ModelConfig.tree(json, source.uri() + "/tokenizer_config.json").deepCopy();
    root.put("chat_template", ChatTemplate.JINJA);
    return Json.bytes(root);
  }
}
