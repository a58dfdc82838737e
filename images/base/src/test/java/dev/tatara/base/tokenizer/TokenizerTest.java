package dev.tatara.base.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  private static final TokenizerModel BYTES_ONLY =
      BpeTrainer.train(new TreeMap<>(), 260, PreTokenizer.GPT2, TextForm.AS_IS);

  private static TokenizerModel trained(SortedMap<String, Long> counts, int vocabularySize) {
    return BpeTrainer.train(counts, vocabularySize, PreTokenizer.GPT2, TextForm.AS_IS);
  }

  @Test
  void textOfOthersCannotForgeSpecialTokens() {
    Tokenizer tokenizer = new Tokenizer(BYTES_ONLY);

    assertThat(tokenizer.encode("<|im_end|>")).containsExactly(3);
    assertThat(tokenizer.encodePlain("<|im_end|>")).hasSize(10).doesNotContain(3);
    assertThat(tokenizer.decode(tokenizer.encodePlain("<|im_end|>"))).isEqualTo("<|im_end|>");
  }

  @Test
  void halfASurrogatePairBecomesTheReplacementCharacter() {
    Tokenizer tokenizer = new Tokenizer(BYTES_ONLY);

    assertThat(tokenizer.decode(tokenizer.encode("a\uD83Db\uDE00\uD83D\uDE00\uD83D")))
        .isEqualTo("a\uFFFDb\uFFFD\uD83D\uDE00\uFFFD");
  }

  @Test
  void leavesSpecialTokensOutOfTextForReading() {
    Tokenizer tokenizer = new Tokenizer(BYTES_ONLY);
    int[] ids = tokenizer.encode("hi<|im_end|><|endoftext|>");

    assertThat(tokenizer.decodeText(List.of(ids[0], ids[1], ids[2], ids[3]))).isEqualTo("hi");
  }

  @Test
  void stopsWhereNoPairOccursTwice() {
    TokenizerModel model = trained(new TreeMap<>(Map.of("abab", 1L, "xy", 1L)), 1000);

    assertThat(model.merges()).containsExactly(new TokenizerModel.Merge("a", "b"));
    assertThat(model.vocabulary()).hasSize(261).last().isEqualTo("ab");
  }

  @Test
  void breaksTiesByTheSmallestIds() {
    TokenizerModel model = trained(new TreeMap<>(Map.of("zy", 5L, "ac", 5L, "ab", 5L)), 262);

    assertThat(model.merges())
        .containsExactly(new TokenizerModel.Merge("a", "b"), new TokenizerModel.Merge("a", "c"));
  }

  @Test
  void longWordsAreMergedLikeShortOnes() {
    TokenizerModel model = trained(new TreeMap<>(Map.of("abcabcaab", 9L)), 280);
    Tokenizer tokenizer = new Tokenizer(model);
    MergeRules rules = new MergeRules(model.merges(), ids(model));
    WordEncoder encoder = new WordEncoder(rules, idOfByte(tokenizer), Map.of());
    byte[] word = "abcabcaab".repeat(14).getBytes(StandardCharsets.UTF_8);

    IntList scanned = new IntList(8);
    encoder.encode(word, scanned);
    IntList queued = new IntList(8);
    encoder.encodeByQueue(word, queued);

    assertThat(word).hasSizeLessThanOrEqualTo(128);
    assertThat(queued.toArray()).isEqualTo(scanned.toArray());
  }

  private static SortedMap<String, Integer> ids(TokenizerModel model) {
    SortedMap<String, Integer> ids = new TreeMap<>();
    for (int id = 0; id < model.vocabulary().size(); id++) {
      ids.put(model.vocabulary().get(id), id);
    }
    return ids;
  }

  private static int[] idOfByte(Tokenizer tokenizer) {
    int[] ids = new int[256];
    for (int value = 0; value < ids.length; value++) {
      ids[value] = tokenizer.id(Character.toString(ByteSymbols.of(value)));
    }
    return ids;
  }

  @Test
  void refusesAVocabularyTooSmallForTheBytes() {
    assertThatThrownBy(() -> trained(new TreeMap<>(), 100))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tokenize.vocabularySize is 100; set it to 260 or more");
  }

  @Test
  void refusesTokenizersThatItWouldReadWrongly() {
    byte[] wordPiece = "{\"model\":{\"type\":\"WordPiece\"}}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Tokenizer.read(wordPiece))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("model.type WordPiece, but only BPE is understood");
  }

  private static void refuses(String passage, String other, String message) {
    String json =
        new String(TokenizerJson.write(BYTES_ONLY), StandardCharsets.UTF_8)
            .replaceFirst(passage, other);

    assertThatThrownBy(() -> Tokenizer.read(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesTheStepThatItDoesNotUnderstand() {
    refuses("\"byte_fallback\": false", "\"byte_fallback\": true", "is a SentencePiece tokenizer");
    refuses(
        "\"normalizer\": null",
        "\"normalizer\": {\"type\": \"Lowercase\"}",
        "normalizer Lowercase");
    refuses("\"add_prefix_space\": false", "\"add_prefix_space\": true", "add_prefix_space true");
    refuses("\"lstrip\": false", "\"lstrip\": true", "lstrip true");
    refuses(
        "<\\|im_end\\|>",
        "<|eot|>",
        "\"<|eot|>\" the id 3, but Hugging Face tokenizers gives it 260");
    refuses(
        "\"post_processor\": null",
        "\"post_processor\": {\"type\": \"BertProcessing\"}",
        "BertProcessing");
    refuses(
        "\"post_processor\": null",
        "\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\": {\"id\": \"A\"}}, {\"SpecialToken\": {\"id\": \"x\"}}]}",
        "around a text (post_processor); only one special token before it is understood");
    refuses(
        "\"pre_tokenizer\": \\{",
        "\"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Split\", \"behavior\": \"Isolated\", \"pattern\": {\"Regex\": \"x\"}}, {\"type\": \"ByteLevel\", \"use_regex\": false, \"add_prefix_space\": false}]}, \"was\": {",
        "splits by the regex x; only those of GPT-2, Llama 3 and Qwen 2");
  }

  @Test
  void readsWhatItWrote() {
    TokenizerModel model = trained(new TreeMap<>(Map.of("hello", 3L)), 262);

    assertThat(TokenizerJson.read(TokenizerJson.write(model))).isEqualTo(model);
  }
}
