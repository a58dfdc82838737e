package dev.tatara.base.tokenizer;

import static dev.tatara.base.tokenizer.TokenizerJsonReader.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps around the merges in {@code tokenizer.json}: what is done to a text before, and what is
 * put around its tokens after.
 */
final class PipelineJson {
  private final JsonNode root;

  PipelineJson(JsonNode root) {
    this.root = root;
  }

  /**
   * @throws InvalidInputException if merges are of characters instead of bytes
   */
  void requireByteLevel() {
    String cut = root.path("pre_tokenizer").path("type").asText("");
    if (root.path("model").path("byte_fallback").asBoolean(false)
        || cut.isEmpty()
        || cut.equals("Metaspace")) {
      throw new InvalidInputException(
          "tokenizer.json is a SentencePiece tokenizer, as Llama 2, TinyLlama and Mistral have it; use a model with a byte-level BPE tokenizer, as SmolLM, Llama 3, Qwen 3 and OLMo 2 have it");
    }
  }

  /** The normal form. */
  TextForm form() {
    JsonNode normalizer = root.path("normalizer");
    while (normalizer.path("type").asText().equals("Sequence")
        && normalizer.path("normalizers").size() <= 1) {
      normalizer = normalizer.path("normalizers").path(0);
    }
    if (normalizer.isNull() || normalizer.isMissingNode()) {
      return TextForm.AS_IS;
    }
    String type = normalizer.path("type").asText();
    require("normalizer", type, "NFC", "NFKC");
    return TextForm.valueOf(type);
  }

  /** How text is cut. */
  PreTokenizer preTokenizer() {
    JsonNode node = root.path("pre_tokenizer");
    if (node.path("type").asText().equals("ByteLevel")) {
      requireBytes("pre_tokenizer", node, "true");
      return PreTokenizer.GPT2;
    }
    require("pre_tokenizer", node.path("type").asText(), "Sequence");
    require("pre_tokenizer, steps:", "" + node.path("pretokenizers").size(), "2");
    JsonNode cut = node.path("pretokenizers").path(0);
    JsonNode bytes = node.path("pretokenizers").path(1);
    require("pre_tokenizer[0]", cut.path("type").asText(), "Split", "Digits");
    if (cut.path("type").asText().equals("Digits")) {
      require("pre_tokenizer[0].individual_digits", cut.path("individual_digits").asText(), "true");
      requireBytes("pre_tokenizer[1]", bytes, "true");
      return PreTokenizer.DIGITS;
    }
    requireBytes("pre_tokenizer[1]", bytes, "false");
    return split(cut);
  }

  private static void requireBytes(String path, JsonNode bytes, String regex) {
    require(path, bytes.path("type").asText(), "ByteLevel");
    require(path + ".use_regex", bytes.path("use_regex").asText("true"), regex);
    require(path + ".add_prefix_space", bytes.path("add_prefix_space").asText(), "false");
  }

  /** Matches kept apart, or all but matches left out: the same where a match is everywhere. */
  private static PreTokenizer split(JsonNode split) {
    String behavior = split.path("behavior").asText();
    require("pre_tokenizer[0].behavior", behavior, "Isolated", "Removed");
    require(
        "pre_tokenizer[0].invert",
        split.path("invert").asText("false"),
        behavior.equals("Removed") ? "true" : "false");
    String regex = split.path("pattern").path("Regex").asText();
    return Arrays.stream(PreTokenizer.values())
        .filter(candidate -> candidate != PreTokenizer.DIGITS && candidate.regex().equals(regex))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "tokenizer.json splits by the regex %s; only those of GPT-2, Llama 3 and Qwen 2 are understood"
                        .formatted(regex)));
  }

  /** Id of the token before every text; null if nothing is put there. */
  @Nullable Integer beginOfText() {
    List<JsonNode> steps = new ArrayList<>();
    gather(root.path("post_processor"), steps);
    for (JsonNode step : steps) {
      require("post_processor", step.path("type").asText(), "TemplateProcessing", "ByteLevel");
    }
    // ByteLevel changes offsets alone.
    steps.removeIf(step -> step.path("type").asText().equals("ByteLevel"));
    require("post_processor, templates:", "" + steps.size(), "1", "0");
    return steps.isEmpty() ? null : first(steps.get(0));
  }

  private static void gather(JsonNode node, List<JsonNode> steps) {
    if (node.path("type").asText().equals("Sequence")) {
      node.path("processors").forEach(child -> gather(child, steps));
    } else if (!node.isNull() && !node.isMissingNode()) {
      steps.add(node);
    }
  }

  private static @Nullable Integer first(JsonNode template) {
    JsonNode pieces = template.path("single");
    JsonNode last = pieces.path(pieces.size() - 1);
    boolean plain = pieces.size() == 1 && last.has("Sequence");
    boolean begins =
        pieces.size() == 2 && pieces.path(0).has("SpecialToken") && last.has("Sequence");
    if (!plain && !begins) {
      throw new InvalidInputException(
          "tokenizer.json puts %s around a text (post_processor); only one special token before it is understood"
              .formatted(pieces));
    }
    if (plain) {
      return null;
    }
    String name = pieces.path(0).path("SpecialToken").path("id").asText();
    JsonNode ids = template.path("special_tokens").path(name).path("ids");
    if (ids.size() != 1 || !ids.path(0).isInt()) {
      throw new InvalidInputException(
          "tokenizer.json puts %s before a text, but gives it the ids %s in special_tokens of its post_processor; expected one"
              .formatted(name, ids));
    }
    return ids.path(0).intValue();
  }

  /** Writes the steps of the model as keys of the file, in the order of the reference. */
  static void write(TokenizerModel model, ObjectNode root) {
    if (model.form() == TextForm.AS_IS) {
      root.putNull("normalizer");
    } else {
      root.putObject("normalizer").put("type", model.form().name());
    }
    root.set("pre_tokenizer", preTokenizer(model.preTokenizer()));
    Integer begin = model.beginOfText();
    if (begin == null) {
      root.putNull("post_processor");
    } else {
      root.set("post_processor", template(begin, new Tokenizer(model).decode(new int[] {begin})));
    }
  }

  private static ObjectNode preTokenizer(PreTokenizer preTokenizer) {
    if (preTokenizer == PreTokenizer.GPT2) {
      return byteLevel(false, true);
    }
    ObjectNode sequence = Json.MAPPER.createObjectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    if (preTokenizer == PreTokenizer.DIGITS) {
      steps.addObject().put("type", "Digits").put("individual_digits", true);
      steps.add(byteLevel(false, true));
      return sequence;
    }
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", preTokenizer.regex());
    split.put("behavior", "Isolated").put("invert", false);
    steps.add(byteLevel(false, false));
    return sequence;
  }

  private static ObjectNode template(int id, String name) {
    ObjectNode template = Json.MAPPER.createObjectNode().put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    special(single, name, 0);
    sequence(single, "A", 0);
    ArrayNode pair = template.putArray("pair");
    special(pair, name, 0);
    sequence(pair, "A", 0);
    special(pair, name, 1);
    sequence(pair, "B", 1);
    ObjectNode token = template.putObject("special_tokens").putObject(name).put("id", name);
    token.putArray("ids").add(id);
    token.putArray("tokens").add(name);
    return template;
  }

  private static void special(ArrayNode pieces, String name, int type) {
    pieces.addObject().putObject("SpecialToken").put("id", name).put("type_id", type);
  }

  private static void sequence(ArrayNode pieces, String name, int type) {
    pieces.addObject().putObject("Sequence").put("id", name).put("type_id", type);
  }

  static ObjectNode byteLevel(boolean prefixSpace, boolean regex) {
    return Json.MAPPER
        .createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }
}
