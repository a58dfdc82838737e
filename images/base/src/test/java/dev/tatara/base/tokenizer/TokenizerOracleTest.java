package dev.tatara.base.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face's own tokenizer, loaded from the file we write, agrees on every text. */
class TokenizerOracleTest {
  private static final String TRAINING =
      """
      The quick brown fox jumps over the lazy dog; the dog doesn't mind, and they'll do it again.
      吾輩は猫である。名前はまだ無い。どこで生れたか頓と見当がつかぬ。何でも薄暗いじめじめした所で
      ニャーニャー泣いていた事だけは記憶している。1234567890 def main(): return x == 42
      """;

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "Hello there, they'll say it'S fine; WE'VE 12345 things\r\n\r\n  and\ttabs  ",
          "吾輩は猫である。名前はまだ無い。　全角空白",
          "👩‍👩‍👧 emoji 🇯🇵 and 𠮷野家 ﬁ ½ ㍿ ｶﾞ",
          "a<|im_start|>b<|endoftext|><|im_end|>\n<|pad|",
          "nbsp\u00a0nel\u0085ls\u2028x'\u017Fa \u3000 'S 'll 'LL",
          "\u0000\u007F\uFFFD\uFEFF",
          "x".repeat(1000) + "猫".repeat(500) + " \n".repeat(300));

  @BeforeAll
  static void keepToTheBuildFolder() {
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
  }

  private static TokenizerModel model(PreTokenizer preTokenizer, TextForm form) {
    PreTokenCounter counter = new PreTokenCounter(preTokenizer, form);
    for (int i = 0; i < 3; i++) {
      counter.add(TRAINING);
    }
    return BpeTrainer.train(counter.counts(), 500, preTokenizer, form);
  }

  private static HuggingFaceTokenizer reference(TokenizerModel model) throws IOException {
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(TokenizerJson.write(model)),
        Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
  }

  @ParameterizedTest
  @CsvSource({
    "GPT2,AS_IS",
    "LLAMA3,AS_IS",
    "QWEN2,AS_IS",
    "DIGITS,AS_IS",
    "GPT2,NFC",
    "QWEN2,NFC",
    "GPT2,NFKC",
    "LLAMA3,NFKC"
  })
  void agreesWithTheReferenceOnEveryText(PreTokenizer preTokenizer, TextForm form)
      throws IOException {
    TokenizerModel model = model(preTokenizer, form);
    Tokenizer tokenizer = new Tokenizer(model);
    try (HuggingFaceTokenizer reference = reference(model)) {
      TEXTS.forEach(text -> assertAgreement(reference, tokenizer, text));
      Random random = new Random(7);
      for (int i = 0; i < 2000; i++) {
        assertAgreement(reference, tokenizer, RandomText.next(random));
      }
    }
  }

  private static void assertAgreement(
      HuggingFaceTokenizer reference, Tokenizer tokenizer, String text) {
    int[] expected =
        Arrays.stream(reference.encode(text, false, false).getIds())
            .mapToInt(Math::toIntExact)
            .toArray();
    assertThat(tokenizer.encode(text)).as(text).isEqualTo(expected);
    assertThat(tokenizer.decode(expected))
        .as(text)
        .isEqualTo(reference.decode(Arrays.stream(expected).asLongStream().toArray(), false));
  }
}
