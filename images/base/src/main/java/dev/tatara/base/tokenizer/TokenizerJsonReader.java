package dev.tatara.base.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.tokenizer.TokenizerModel.Added;
import dev.tatara.base.tokenizer.TokenizerModel.Merge;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads {@code tokenizer.json}, and refuses what would give other ids than the reference. */
final class TokenizerJsonReader {
  private final JsonNode root;

  TokenizerJsonReader(byte[] json) {
    try {
      root = Json.tree(json);
    } catch (UncheckedIOException e) {
      throw new InvalidInputException(
          "tokenizer.json is not JSON (%s); take the file that belongs to the model"
              .formatted(e.getMessage()),
          e);
    }
  }

  TokenizerModel model() {
    JsonNode model = root.path("model");
    require("model.type", model.path("type").asText(), "BPE");
    PipelineJson pipeline = new PipelineJson(root);
    pipeline.requireByteLevel();
    for (String field : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
      require("model." + field, model.path(field).asText("null"), "null", "");
    }
    return new TokenizerModel(
        vocabulary(model.path("vocab")),
        merges(model.path("merges")),
        added(model.path("vocab")),
        pipeline.preTokenizer(),
        pipeline.form(),
        model.path("ignore_merges").asBoolean(false),
        pipeline.beginOfText());
  }

  static void require(String path, String found, String... expected) {
    if (!Arrays.asList(expected).contains(found)) {
      throw new InvalidInputException(
          "tokenizer.json has %s %s, but only %s is understood; use a byte-level BPE tokenizer as GPT-2, Llama 3, Qwen or OLMo 2 have it"
              .formatted(path, found.isEmpty() ? "none" : found, expected[0]));
    }
  }

  private static List<String> vocabulary(JsonNode vocab) {
    String[] tokens = new String[vocab.size()];
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      int id = entry.getValue().asInt(-1);
      if (id < 0 || id >= tokens.length || tokens[id] != null) {
        throw new InvalidInputException(
            "tokenizer.json gives the token \"%s\" the id %s; ids must run from 0 to %d, each once"
                .formatted(entry.getKey(), entry.getValue(), tokens.length - 1));
      }
      tokens[id] = entry.getKey();
    }
    return List.of(tokens);
  }

  /** Pairs are arrays of two, or in older files one string with a space. */
  private static List<Merge> merges(JsonNode merges) {
    List<Merge> read = new ArrayList<>(merges.size());
    for (JsonNode merge : merges) {
      if (merge.isArray()) {
        read.add(new Merge(merge.path(0).asText(), merge.path(1).asText()));
      } else {
        int gap = merge.asText().indexOf(' ');
        if (gap < 0) {
          throw new InvalidInputException(
              "tokenizer.json has the merge %s; it must be two tokens".formatted(merge));
        }
        read.add(new Merge(merge.asText().substring(0, gap), merge.asText().substring(gap + 1)));
      }
    }
    return read;
  }

  private SortedMap<Integer, Added> added(JsonNode vocabulary) {
    SortedMap<Integer, Added> added = new TreeMap<>();
    for (JsonNode token : root.path("added_tokens")) {
      String content = token.path("content").asText();
      for (String field : List.of("single_word", "lstrip", "rstrip")) {
        require(
            "added_tokens \"%s\" %s".formatted(content, field),
            token.path(field).asText("false"),
            "false",
            "");
      }
      int id = token.path("id").asInt(-1);
      int next = added.isEmpty() ? 0 : added.lastKey() + 1;
      int expected = vocabulary.path(content).asInt(Math.max(vocabulary.size(), next));
      if (id != expected) {
        throw new InvalidInputException(
            "tokenizer.json gives the added token \"%s\" the id %s, but Hugging Face tokenizers gives it %d, for it numbers those that the vocabulary lacks one after another; take the file that belongs to the model"
                .formatted(content, token.path("id"), expected));
      }
      added.put(
          id,
          new Added(
              content, token.path("special").asBoolean(), token.path("normalized").asBoolean()));
    }
    return added;
  }
}
