package dev.tatara.activities.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.clean.Cleaner.Outcome;
import dev.tatara.base.document.Document;
import dev.tatara.config.run.CleanConfig;
import dev.tatara.config.run.QualityConfig;
import dev.tatara.config.run.RepetitionConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static final String ENGLISH =
      """
      The harbour lay quiet under the morning fog, and the fishermen had not yet come down from the
      village. An old woman swept the steps of the customs house, as she had done every day for
      thirty years. Nobody paid her for it, but nobody had ever asked her to stop either. When the
      bell of the church rang seven, she put the broom against the wall and looked out to sea.

      There was a sail on the horizon that she did not know. It was neither white nor brown, like
      those of the boats that belonged here, but of a deep red that reminded her of wine.
      """;

  private static final String JAPANESE =
      """
      港はまだ朝の霧に包まれていて、漁師たちは村から降りて来ていなかった。一人の老婆が税関の石段を掃いている。
      三十年のあいだ毎朝そうして来たのである。誰も金を払わなかったが、やめろと言う者もなかった。
      教会の鐘が七つ鳴ると、彼女は箒を壁に立てかけて海の方を眺めた。水平線に見慣れない帆が一つ浮かんでいた。
      """;

  private final Cleaner cleaner =
      new Cleaner(
          new CleanConfig(
              List.of("en", "ja"), 0.65, QualityConfig.DEFAULT, RepetitionConfig.DEFAULT, true),
          Map.of("vouched", "ja"));

  @Test
  void keepsGoodProseWithItsScores() {
    Outcome english = cleaner.clean(document("web", ENGLISH));
    Outcome japanese = cleaner.clean(document("web", JAPANESE));

    assertThat(english.reason()).isNull();
    assertThat(english.document().language()).isEqualTo("en");
    assertThat(english.document().scores())
        .containsKeys("words", "sentences", "language-confidence", "duplicate-5-gram");
    assertThat(japanese.reason()).isNull();
    assertThat(japanese.document().language()).isEqualTo("ja");
  }

  @ParameterizedTest
  @CsvSource({
    "Der Hafen lag still im Nebel und die Fischer waren noch nicht gekommen., language",
    "港口笼罩在晨雾之中，渔民们还没有从村子里下来。一位老妇人在打扫海关的台阶。, language",
    "The harbour lay quiet under the morning fog and nobody had come., too-short",
  })
  void dropsWhatIsForeignOrShort(String text, String reason) {
    assertThat(reason(text)).isEqualTo(reason);
  }

  @Test
  void dropsRepeatedLines() {
    assertThat(reason(ENGLISH + "\n" + "Click here to read the whole story now.\n".repeat(8)))
        .isEqualTo("duplicate-lines");
  }

  @Test
  void dropsRepeatedPhrases() {
    String spam =
        IntStream.range(0, 40)
            .mapToObj(
                i ->
                    "We sell the best red shoes with the lowest price in town number %d."
                        .formatted(i))
            .collect(Collectors.joining("\n"));

    assertThat(reason(spam)).isIn("top-ngram", "duplicate-ngram");
  }

  @Test
  void dropsListsThatOnlyHaveBullets() {
    assertThat(reason("- " + ENGLISH.strip().replace("\n\n", "\n").replace("\n", "\n- ")))
        .isEqualTo("bullet-lines");
  }

  @Test
  void dropsTextsWithoutFunctionWords() {
    String names = "Harbour village fishermen. Customs house broom. Wall sail horizon. ";
    Document declared = document("web", names + words(60)).withLanguage("en");

    assertThat(cleaner.clean(declared).reason()).isIn("stop-words", "language");
  }

  @Test
  void dropsJapaneseWithoutHiragana() {
    String goods = "商品番号一覧表。東京都港区芝公園。電話番号案内所。".repeat(1);
    StringBuilder list = new StringBuilder(goods);
    for (int i = 0; i < 120; i++) {
      list.appendCodePoint(0x4E00 + 37 * i);
      if (i % 20 == 19) {
        list.append("。\n");
      }
    }

    assertThat(cleaner.clean(document("vouched", list.toString())).reason())
        .isEqualTo("stop-words");
  }

  @Test
  void dropsWronglyDecodedText() {
    assertThat(reason(ENGLISH.replace("the", "th\uFFFD"))).isEqualTo("mojibake");
    assertThat(reason(ENGLISH.replace("the", "thÃ©"))).isEqualTo("mojibake");
  }

  @Test
  void dropsFillerText() {
    assertThat(reason(ENGLISH + "Lorem ipsum dolor sit amet.")).isEqualTo("lorem-ipsum");
  }

  @Test
  void dropsTextsThatOnlyTease() {
    assertThat(reason(ENGLISH.replace("\n", " ...\n"))).isIn("ellipsis-lines", "few-sentences");
  }

  @Test
  void dropsTablesOfNumbers() {
    assertThat(reason(ENGLISH + "1024 2048 4096 8192 ".repeat(20))).isEqualTo("alphabetic-words");
  }

  @Test
  void dropsWhatIsNothing() {
    assertThat(reason(" \u200B\n\t\n")).isEqualTo("empty");
  }

  @Test
  void believesASourceThatVouchesForItsLanguage() {
    assertThat(cleaner.clean(document("vouched", ENGLISH)).document().language()).isEqualTo("ja");
  }

  @Test
  void takesOutLinesThatAskForJavaScriptAndKeepsThoseAboutIt() {
    String about = "The module serves JavaScript files with the right type.";
    Outcome outcome =
        cleaner.clean(
            document("web", "Please enable JavaScript to view this page.\n" + ENGLISH + about));

    assertThat(outcome.document().text()).doesNotContain("Please enable").contains(about);
    assertThat(outcome.document().scores()).containsEntry("notice-lines", 1.0);
  }

  @Test
  void doesNotTakeChaptersAndSeparatorsForRepetition() {
    String novel =
        JAPANESE.lines().map(line -> "＊　　＊　　＊\n\n" + line).collect(Collectors.joining("\n\n"));

    assertThat(reason(novel)).isNull();
  }

  @Test
  void countsTwoJapaneseCharactersAsOneWord() {
    assertThat(new Words("吾輩は猫である。 name is cat").count()).isEqualTo(3.5 + 3);
    assertThat(new Words("吾輩は猫である。").isUnspaced()).isTrue();
    assertThat(new Words("The 猫 sat on the mat").isUnspaced()).isFalse();
  }

  private static String words(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "word" + (char) ('a' + i % 26) + (char) ('a' + i / 26))
        .collect(Collectors.joining(" ", "", "."));
  }

  private @Nullable String reason(String text) {
    return cleaner.clean(document("web", text)).reason();
  }

  static Document document(String source, String text) {
    return new Document(
        source + ":1", source, null, "CC0-1.0", "", null, null, new TreeMap<>(), text);
  }
}
