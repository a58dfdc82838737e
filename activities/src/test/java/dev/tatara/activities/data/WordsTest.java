package dev.tatara.activities.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WordsTest {
  @Test
  void ignoresCasePunctuationAndWidth() {
    assertThat(hashes("Hello, World 42!")).isEqualTo(hashes("  hello\n(WORLD) ４２"));
  }

  @Test
  void keepsWordsApartThatDiffer() {
    assertThat(hashes("hello world")).isNotEqualTo(hashes("world hello"));
    assertThat(hashes("ab c")).isNotEqualTo(hashes("a bc"));
    assertThat(hashes("naïve")).isNotEqualTo(hashes("naive"));
  }

  @Test
  void countsEachJapaneseCharacterAsAWord() {
    Words words = Words.of("吾輩はコーヒーをJava17で飲む。");

    assertThat(words.count()).isEqualTo(12);
    assertThat(words.mostlyUnspaced()).isTrue();
    assertThat(hashes("ｺｰﾋｰ")).isEqualTo(hashes("コーヒー"));
  }

  @Test
  void countsCharactersBeyondTheBasicPlaneOnce() {
    assertThat(Words.of("𠮷野家").count()).isEqualTo(3);
  }

  @Test
  void takesEnglishForSpaced() {
    assertThat(Words.of("The tea house (茶室) of Kyoto").mostlyUnspaced()).isFalse();
    assertThat(Words.of("").mostlyUnspaced()).isFalse();
  }

  @Test
  void givesEqualRunsEqualGramsWhereverTheyStand() {
    long[] inside = Words.of("it is said that the quick brown fox jumps over").grams(4);
    long[] alone = Words.of("The quick, brown fox").grams(4);

    assertThat(inside).hasSize(7).contains(alone[0]).doesNotHaveDuplicates();
    assertThat(inside[4]).isEqualTo(alone[0]);
  }

  @Test
  void hasNoGramsOfAShortText() {
    assertThat(Words.of("only three words").grams(4)).isEmpty();
    assertThat(Words.of("").grams(0)).isEmpty();
  }

  private static long[] hashes(String text) {
    Words words = Words.of(text);
    return LongStream.range(0, words.count()).map(i -> words.at((int) i)).toArray();
  }
}
