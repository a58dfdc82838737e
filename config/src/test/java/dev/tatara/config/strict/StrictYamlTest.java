package dev.tatara.config.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tatara.config.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictYamlTest {
  record Meal(
      String name,
      @Nullable String note,
      Taste taste,
      Oven oven,
      @Range(min = 1) List<Part> parts) {
    public Meal {
      oven = oven == null ? new Oven(null, null) : oven;
      parts = parts == null ? List.of() : List.copyOf(parts);
    }
  }

  record Oven(@Nullable Boolean hot, @Range(above = 0, below = 300) @Nullable Double degrees) {}

  record Part(String food, @Range(min = 1) Integer pieces, SortedMap<Integer, Double> prices) {
    public Part {
      pieces = pieces == null ? 1 : pieces;
      prices = new TreeMap<>(prices == null ? Map.of(1, 0.5) : prices);
    }
  }

  enum Taste {
    @JsonProperty("sweet")
    SWEET,
    @JsonProperty("sour")
    SOUR
  }

  private static final String SOUND =
      """
      name: pie
      taste: sweet
      parts:
        - food: apple
          pieces: 3
          prices: {2: 0.75}
      """;

  @Test
  void becomesARecordWithDefaults() {
    assertThat(read(SOUND))
        .isEqualTo(
            new Meal(
                "pie",
                null,
                Taste.SWEET,
                new Oven(null, null),
                List.of(new Part("apple", 3, new TreeMap<>(Map.of(2, 0.75))))));
  }

  @Test
  void saysEverythingAtOnceInTheOrderOfTheLines() {
    assertThat(
            refusal(
                """
                nmae: pie
                taste: swet
                oven:
                  hot: yes
                  degrees: 300
                parts:
                  - food: 7
                    pieces: "3"
                  - food: nut
                    pieces: 0
                    prices: {two: 1}
                """))
        .isEqualTo(
            """
            meal.yaml: 9 problems
              name is missing, but must be given; add name
              nmae (line 1) is not a known key, but must be one of name, note, oven, parts, taste; did you mean name?
              taste (line 2) is the text "swet", but must be one of sweet, sour; did you mean sweet?
              oven.hot (line 4) is the text "yes", but must be true or false; write true or false, without quotes
              oven.degrees (line 5) is 300, but must be above 0 and below 300; write a number in this range
              parts[0].food (line 7) is 7, but must be a text; put it in quotes
              parts[0].pieces (line 8) is the text "3", but must be a whole number; write one like 2, without quotes
              parts[1].pieces (line 10) is 0, but must be at least 1; write a number in this range
              parts[1].prices.two (line 11) is named "two", but must be named by a whole number; write one like 2\
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parts: 3 | parts (line 3) is 3, but must be a list; begin each item with \"- \", or write [a, b]",
        "parts: [] | parts (line 3) is an empty list, but must have items; begin each item with \"- \", indented",
        "parts: [pie] | parts[0] (line 3) is the text \"pie\", but must be a mapping; write its keys"
            + " below, indented: food, pieces, prices",
        "parts: [~] | parts[0] (line 3) is null, but must be a mapping; write its keys below,"
            + " indented: food, pieces, prices",
        "parts: [{food: a, prices: 2}] | parts[0].prices (line 3) is 2, but must be a mapping; write"
            + " one \"key: value\" a line, indented",
        "parts: [{food: [a]}] | parts[0].food (line 3) is a list, but must be a text; write a word",
        "parts: [{food: a, pieces: 2.5}] | parts[0].pieces (line 3) is 2.5, but must be a whole"
            + " number; write one like 2, without quotes",
        "parts: [{food: a, pieces: 3000000000}] | parts[0].pieces (line 3) is 3000000000, but must be"
            + " at most 2147483647; write a smaller number",
        "parts: [{food: a, prices: {1: x}}] | parts[0].prices.1 (line 3) is the text \"x\", but must"
            + " be a number; write one like 0.5, without quotes",
        "parts: | parts (line 3) has no value, but must have one; give it a value, or delete the key",
        "parts: [{}] | parts[0].food (line 3) is missing, but must be given; add food",
      })
  void saysWhatIsThereAndWhatShouldBe(String line, String problem) {
    assertThat(refusal("name: pie\ntaste: sweet\n" + line))
        .isEqualTo("meal.yaml: 1 problem\n  " + problem);
  }

  @Test
  void tellsWhereAMisplacedKeyBelongs() {
    assertThat(refusal(SOUND + "degrees: 200\n"))
        .contains(
            "degrees (line 7) is not a known key, but must be one of name, note, oven, parts, taste;"
                + " move it to oven");
    assertThat(refusal(SOUND + "zzzzzzzz: 200\n"))
        .endsWith("; delete it, or move it to where it belongs");
  }

  @Test
  void takesNullForAbsence() {
    assertThat(read(SOUND + "note: null\noven: ~\n")).isEqualTo(read(SOUND));
  }

  @Test
  void readsTheWordsOfYaml11AsTexts() {
    assertThat(read(SOUND.replace("name: pie", "name: no")).name()).isEqualTo("no");
    assertThat(read(SOUND.replace("name: pie", "name: 2026-01-01")).name()).isEqualTo("2026-01-01");
    assertThat(read(SOUND.replace("name: pie", "name: 1:30")).name()).isEqualTo("1:30");
  }

  @Test
  void followsAliases() {
    String yaml = SOUND + "  - &nut {food: nut}\n  - *nut\n";

    assertThat(read(yaml).parts()).extracting(Part::food).containsExactly("apple", "nut", "nut");
  }

  @Test
  void refusesAKeyThatIsGivenTwice() {
    assertThat(refusal(SOUND + "name: cake\n"))
        .contains(
            "name (line 1) is given twice, in lines 1 and 7, but must be given once; delete one");
  }

  @Test
  void hidesControlCharactersAndCutsLongTexts() {
    assertThat(refusal(SOUND.replace("sweet", "\"\\e[31m" + "x".repeat(100) + "\"")))
        .contains("is the text \"?[31m" + "x".repeat(55) + "…\", but");
  }

  @Test
  void showsTheFirstFiftyProblems() {
    StringBuilder yaml = new StringBuilder(SOUND);
    for (int i = 0; i < 60; i++) {
      yaml.append("unknown").append(i).append(": 1\n");
    }

    assertThat(refusal(yaml.toString()).lines()).hasSize(52).last().isEqualTo("  … and 10 more");
  }

  @Test
  void wantsAMapping() {
    assertThat(refusal("- name: pie"))
        .isEqualTo(
            """
            meal.yaml: 1 problem
              the document is a list, but must be a mapping; start from a file in config/runs, for example quickstart.yaml\
            """);
  }

  @Test
  void passesOnTheRulesOfTheCaller() {
    assertThatThrownBy(
            () ->
                StrictYaml.read(
                    SOUND,
                    "meal.yaml",
                    Meal.class,
                    (meal, place) ->
                        place
                            .item("parts", 0)
                            .reject("food", "is an apple", "must be a nut", "swap it")))
        .hasMessage(
            """
            meal.yaml: 1 problem
              parts[0].food (line 4) is an apple, but must be a nut; swap it\
            """);
  }

  private static Meal read(String yaml) {
    return StrictYaml.read(yaml, "meal.yaml", Meal.class, (meal, place) -> {});
  }

  private static String refusal(String yaml) {
    InvalidInputException refusal =
        catchThrowableOfType(InvalidInputException.class, () -> read(yaml));
    return refusal == null ? "accepted" : String.valueOf(refusal.getMessage());
  }
}
