package dev.tatara.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.base.document.ChoiceItem;
import dev.tatara.base.token.ChatRow;
import dev.tatara.evaluator.TinyModel;
import dev.tatara.evaluator.model.CausalModel;
import dev.tatara.evaluator.text.TextTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoringRulesTest {
  private static final int LONGEST = TinyModel.MAX_POSITIONS;
  @TempDir static Path folder;
  private static TextTokenizer tokenizer;
  private static CausalModel model;

  @BeforeAll
  static void load() throws IOException {
    TinyModel.prepareEngine();
    TinyModel.write(folder, 7, 0.3f);
    tokenizer = TextTokenizer.load(Files.readAllBytes(folder.resolve("tokenizer.json")));
    model = CausalModel.load(folder);
  }

  @AfterAll
  static void close() {
    model.close();
    tokenizer.close();
  }

  @Test
  void countsCharactersAsCodePoints() {
    // 𩸽 is one character: two UTF-16 units, four bytes
    double[] normalised =
        MultipleChoice.normalised(new double[] {-6, -6, -6}, List.of("𩸽", "ab", "𩸽あa"));
    assertThat(normalised).containsExactly(-6, -3, -2);
  }

  @Test
  void lengthInCodePointsDecidesTheNormalisedAnswer() {
    ChoiceItem item = new ChoiceItem("1", "魚は", "\n", List.of("𩸽𩸽", "さば"), 1);
    MultipleChoice choice = new MultipleChoice("t", List.of(item), tokenizer, 0, LONGEST);
    Results results = new Results();
    // By UTF-16 units the first would win with -5/4 against -4/2.
    choice.report(List.of(new float[] {-5}, new float[] {-4}), results);
    assertThat(results.metrics()).containsEntry("acc.t", 1.0).containsEntry("acc_norm.t", 1.0);
  }

  @Test
  void firstOfEqualAnswersWins() {
    assertThat(MultipleChoice.firstMaximum(new double[] {-3, -1, -1})).isEqualTo(1);
    assertThat(MultipleChoice.firstMaximum(new double[] {-1, -1, -1})).isZero();
  }

  @Test
  void standardErrorIsThatOfTheSample() {
    // R: sd(c(1,1,0,0))/sqrt(4)
    assertThat(MultipleChoice.standardError(0.5, 4)).isCloseTo(0.2886751, within(1e-6));
    assertThat(MultipleChoice.standardError(1, 1)).isZero();
  }

  @Test
  void longQuestionsLoseTheirBeginning() {
    ChoiceItem item = new ChoiceItem("1", "x".repeat(60) + "yz", " ", List.of("ab", "c"), 0);
    List<ScoredSequence> asked =
        new MultipleChoice("t", List.of(item), tokenizer, 0, LONGEST).sequences();
    assertThat(asked.get(0).ids()).hasSize(LONGEST + 1);
    assertThat(asked.get(0).scored()).isEqualTo(3);
    assertThat(asked.get(0).ids()).endsWith(tokenizer.encode("yz ab"));
    assertThat(asked.get(1).ids()).endsWith(tokenizer.encode("yz c"));
  }

  @Test
  void spacesAfterTheQuestionBelongToTheAnswer() {
    ChoiceItem item = new ChoiceItem("1", "q: ", "", List.of("a"), 0);
    ScoredSequence asked =
        new MultipleChoice("t", List.of(item), tokenizer, 0, LONGEST).sequences().get(0);
    assertThat(asked.ids()).containsExactly(tokenizer.encode("q: a"));
    assertThat(asked.scored()).isEqualTo(2);
  }

  @Test
  void anEmptyQuestionIsThePrefixToken() {
    ChoiceItem item = new ChoiceItem("1", "", "", List.of("a"), 0);
    ScoredSequence asked =
        new MultipleChoice("t", List.of(item), tokenizer, 0, LONGEST).sequences().get(0);
    assertThat(asked.ids()).containsExactly(0, tokenizer.encode("a")[0]);
  }

  @Test
  void itemsThatCannotBeScoredAreSkippedAndCounted() {
    List<ChoiceItem> items =
        List.of(
            new ChoiceItem("long", "q", " ", List.of("x".repeat(60), "a"), 0),
            new ChoiceItem("empty", "q", " ", List.of("", "a"), 0),
            new ChoiceItem("no answer", "q", " ", List.of("a", "b"), 2),
            new ChoiceItem("good", "q", " ", List.of("a", "b"), 1));
    MultipleChoice choice = new MultipleChoice("t", items, tokenizer, 0, LONGEST);
    Results results = new Results();
    choice.report(List.of(new float[] {-2}, new float[] {-1}), results);
    assertThat(results.counts()).containsEntry("items.t", 1L).containsEntry("skipped.t", 3L);
    assertThat(results.metrics()).containsEntry("acc.t", 1.0);
  }

  @Test
  void cutsHeldOutTextAtACodePoint() {
    assertThat(BitsPerByte.head("añ𩸽b", 1)).isEqualTo("a");
    assertThat(BitsPerByte.head("añ𩸽b", 2)).isEqualTo("a");
    assertThat(BitsPerByte.head("añ𩸽b", 6)).isEqualTo("añ");
    assertThat(BitsPerByte.head("añ𩸽b", 7)).isEqualTo("añ𩸽");
    assertThat(BitsPerByte.head("añ𩸽b", 100)).isEqualTo("añ𩸽b");
  }

  @Test
  void aModelThatKnowsNothingNeedsTheBitsOfItsVocabulary(@TempDir Path uniform) {
    TinyModel.write(uniform, 1, 0);
    try (CausalModel knowsNothing = CausalModel.load(uniform)) {
      Results results = bits(List.of("日本語です。", "x".repeat(200)), 120, knowsNothing);
      // Tokens are bytes here, and all 260 are equally likely.
      double expected = Math.log(TinyModel.VOCABULARY) / Math.log(2);
      assertThat(results.metrics().get("bits_per_byte.ja")).isCloseTo(expected, within(1e-5));
      assertThat(results.counts())
          .containsEntry("bytes.ja", 120L)
          .containsEntry("tokens.ja", 120L)
          .containsEntry("documents.ja", 2L);
    }
  }

  @Test
  void bitsPerByteAreThoseSummedByHand() {
    String text = "いろはにほへと";
    int[] tokens = tokenizer.encode(text);
    double sum = 0;
    for (int i = 0; i < tokens.length; i++) {
      int[] context = new int[i + 1];
      System.arraycopy(tokens, 0, context, 1, i);
      sum += logProbability(model.logits(context), i, tokens[i]);
    }
    double expected = -sum / Math.log(2) / (3 * text.length());
    assertThat(bits(List.of(text), 1000, model).metrics().get("bits_per_byte.ja"))
        .isCloseTo(expected, within(1e-5));
  }

  @Test
  void scoresDoNotDependOnTheBatch() {
    List<ScoredSequence> sequences = new ArrayList<>();
    for (int length = 2; length <= LONGEST + 1; length++) {
      int[] ids = new int[length];
      Arrays.setAll(ids, i -> (i * 37 + ids.length) % TinyModel.VOCABULARY);
      sequences.add(new ScoredSequence(ids, 1 + length / 3));
    }
    SequenceScorer scorer = new SequenceScorer(model);
    List<float[]> together = scorer.score(sequences, (n, t) -> {});
    for (int i = 0; i < sequences.size(); i++) {
      float[] alone = scorer.score(List.of(sequences.get(i)), (n, t) -> {}).get(0);
      assertThat(together.get(i)).containsExactly(alone, within(1e-4f));
    }
  }

  @Test
  void chatLossWeighsTokensAndNotChats() {
    List<ChatRow> rows =
        List.of(
            new ChatRow(List.of(2, 9, 9, 9), List.of(0, 0, 1, 1)),
            new ChatRow(List.of(2, 9, 9), List.of(0, 1, 0)),
            new ChatRow(List.of(2, 9), List.of(0, 0)),
            new ChatRow(List.of(2), List.of(1)));
    ChatLoss loss = new ChatLoss(rows, LONGEST);
    assertThat(loss.sequences().stream().map(ScoredSequence::from)).containsExactly(2, 1, 2);
    Results results = new Results();
    loss.report(List.of(new float[] {-1, -2}, new float[] {-6, -100}, new float[0]), results);
    assertThat(results.metrics()).containsEntry("chat_loss", 3.0);
    assertThat(results.counts()).containsEntry("tokens.chats", 3L).containsEntry("chats", 3L);
  }

  private static Results bits(List<String> texts, long limit, CausalModel judged) {
    BitsPerByte bits = new BitsPerByte("ja", texts, limit, tokenizer, 0, LONGEST);
    Results results = new Results();
    bits.report(new SequenceScorer(judged).score(bits.sequences(), (n, t) -> {}), results);
    return results;
  }

  private static double logProbability(float[] logits, int position, int token) {
    int start = position * TinyModel.VOCABULARY;
    double total = 0;
    for (int i = 0; i < TinyModel.VOCABULARY; i++) {
      total += Math.exp(logits[start + i]);
    }
    return logits[start + token] - Math.log(total);
  }
}
