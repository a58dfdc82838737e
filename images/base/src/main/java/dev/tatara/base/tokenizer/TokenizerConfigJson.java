package dev.tatara.base.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.Json;

/** Writes {@code tokenizer_config.json}: what Hugging Face transformers wants to know besides. */
public final class TokenizerConfigJson {
  public static final String NAME = "tokenizer_config.json";

  private TokenizerConfigJson() {}

  /** The file's bytes. */
  public static byte[] write(TokenizerModel model) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    ObjectNode added = root.putObject("added_tokens_decoder");
    model
        .added()
        .forEach(
            (id, token) -> {
              ObjectNode node = added.putObject(Integer.toString(id));
              node.put("content", token.content())
                  .put("lstrip", false)
                  .put("normalized", token.normalized());
              node.put("rstrip", false).put("single_word", false).put("special", token.special());
            });
    root.put("bos_token", SpecialTokens.END_OF_TEXT);
    root.put("chat_template", ChatTemplate.JINJA);
    root.put("clean_up_tokenization_spaces", false);
    root.put("eos_token", SpecialTokens.END_OF_TEXT);
    root.putObject("extra_special_tokens");
    root.put("pad_token", SpecialTokens.PAD);
    root.put("tokenizer_class", "PreTrainedTokenizerFast");
    return TokenizerJson.pretty(root);
  }
}
