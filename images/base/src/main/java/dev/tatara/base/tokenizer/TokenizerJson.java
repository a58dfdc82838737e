package dev.tatara.base.tokenizer;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.base.tokenizer.TokenizerModel.Added;
import dev.tatara.base.tokenizer.TokenizerModel.Merge;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes {@code tokenizer.json} as Hugging Face tokenizers 0.22 does, byte for byte.
 *
 * @see TokenizerJsonReader
 */
public final class TokenizerJson {
  public static final String NAME = "tokenizer.json";

  private TokenizerJson() {}

  /**
   * Reads a tokenizer.
   *
   * @throws InvalidInputException if it is not a byte-level BPE that is understood here
   */
  public static TokenizerModel read(byte[] json) {
    return new TokenizerJsonReader(json).model();
  }

  /** The file's bytes. */
  public static byte[] write(TokenizerModel model) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    model.added().forEach((id, token) -> added.add(addedToken(id, token)));
    PipelineJson.write(model, root);
    root.set("decoder", PipelineJson.byteLevel(true, true));
    root.set("model", bpe(model));
    return pretty(root);
  }

  private static ObjectNode addedToken(int id, Added token) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", id).put("content", token.content());
    node.put("single_word", false).put("lstrip", false).put("rstrip", false);
    return node.put("normalized", token.normalized()).put("special", token.special());
  }

  private static ObjectNode bpe(TokenizerModel model) {
    ObjectNode bpe = Json.MAPPER.createObjectNode().put("type", "BPE");
    bpe.putNull("dropout").putNull("unk_token");
    bpe.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    bpe.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", model.wholeWords());
    ObjectNode vocabulary = bpe.putObject("vocab");
    for (int id = 0; id < model.vocabulary().size(); id++) {
      vocabulary.put(model.vocabulary().get(id), id);
    }
    ArrayNode merges = bpe.putArray("merges");
    for (Merge merge : model.merges()) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return bpe;
  }

  /** Two spaces of indent and no space before a colon, as serde_json and Python write it. */
  static byte[] pretty(JsonNode node) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withArrayEmptySeparator("")
                .withObjectEmptySeparator(""));
    printer.indentArraysWith(indenter);
    printer.indentObjectsWith(indenter);
    try {
      return Json.MAPPER.writer(printer).writeValueAsBytes(node);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
