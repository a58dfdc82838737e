package dev.tatara.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The special tokens of a {@code tokenizer.json}, by their text. */
record SpecialTokens(Map<String, Integer> ids) {
  static final String PADDING = "<|pad|>";
  static final String END_OF_TURN = "<|im_end|>";

  static SpecialTokens read(byte[] tokenizerJson) {
    Map<String, Integer> ids = new TreeMap<>();
    for (JsonNode token : Json.tree(tokenizerJson).path("added_tokens")) {
      ids.put(token.path("content").asText(), token.path("id").asInt());
    }
    return new SpecialTokens(ids);
  }

  OptionalInt id(String text) {
    Integer id = ids.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
