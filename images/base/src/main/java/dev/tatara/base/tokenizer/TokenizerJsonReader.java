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
  private static final int LARGEST_ID = 1 << 24;

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
    for (String field : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
      require("model." + field, model.path(field).asText("null"), "null", "");
    }
    require("model.ignore_merges", model.path("ignore_merges").asText("false"), "false", "");
    return new TokenizerModel(
        vocabulary(model.path("vocab")),
        merges(model.path("merges")),
        added(),
        preTokenizer(),
        nfkc());
  }

  private static void require(String path, String found, String... expected) {
    if (!Arrays.asList(expected).contains(found)) {
      throw new InvalidInputException(
          "tokenizer.json has %s %s, but only %s is understood; use a byte-level BPE tokenizer as GPT-2 or Llama 3 have it"
              .formatted(path, found, expected[0]));
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

  private SortedMap<Integer, Added> added() {
    SortedMap<Integer, Added> added = new TreeMap<>();
    for (JsonNode token : root.path("added_tokens")) {
      String path = "added_tokens \"" + token.path("content").asText() + "\"";
      for (String field : List.of("single_word", "lstrip", "rstrip")) {
        require(path + " " + field, token.path(field).asText("false"), "false", "");
      }
      int id = token.path("id").asInt(-1);
      if (id < 0 || id > LARGEST_ID) {
        throw new InvalidInputException(
            "tokenizer.json gives the added token \"%s\" the id %s; it must be from 0 to %d"
                .formatted(token.path("content").asText(), token.path("id"), LARGEST_ID));
      }
      added.put(id, new Added(token.path("content").asText(), token.path("special").asBoolean()));
    }
    return added;
  }

  private boolean nfkc() {
    JsonNode normalizer = root.path("normalizer");
    if (normalizer.isNull() || normalizer.isMissingNode()) {
      return false;
    }
    require("normalizer", normalizer.path("type").asText(), "NFKC");
    return true;
  }

  private PreTokenizer preTokenizer() {
    JsonNode node = root.path("pre_tokenizer");
    if (node.path("type").asText().equals("ByteLevel")) {
      require("pre_tokenizer.add_prefix_space", node.path("add_prefix_space").asText(), "false");
      require("pre_tokenizer.use_regex", node.path("use_regex").asText("true"), "true", "");
      return PreTokenizer.GPT2;
    }
    require("pre_tokenizer", node.path("type").asText(), "Sequence", "ByteLevel");
    JsonNode split = node.path("pretokenizers").path(0);
    JsonNode bytes = node.path("pretokenizers").path(1);
    require("pre_tokenizer[0]", split.path("type").asText(), "Split");
    require("pre_tokenizer[0].behavior", split.path("behavior").asText(), "Isolated");
    require("pre_tokenizer[1]", bytes.path("type").asText(), "ByteLevel");
    require("pre_tokenizer[1].use_regex", bytes.path("use_regex").asText(), "false");
    require("pre_tokenizer[1].add_prefix_space", bytes.path("add_prefix_space").asText(), "false");
    String regex = split.path("pattern").path("Regex").asText();
    return Arrays.stream(PreTokenizer.values())
        .filter(candidate -> candidate.regex().equals(regex))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "tokenizer.json splits by the regex %s; only those of GPT-2 and Llama 3 are understood"
                        .formatted(regex)));
  }
}
