package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.gang.SoloGang;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Initialization;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.order.HeldOut;
import dev.tatara.trainer.order.TokenWindows;
import dev.tatara.trainer.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss on held-out text, against the logits of the same model. */
final class ValidationTest {
  private static final List<HeldOut> TEXTS =
      List.of(
          new HeldOut("en", List.of(ids(0, 9), ids(9, 4), ids(30, 2)), 4),
          new HeldOut("ja", List.of(ids(20, 9)), 3));

  @BeforeAll
  static void startEngine() {
    Engine.start(System.getenv());
  }

  private static int[] ids(int from, int count) {
    return IntStream.range(from, from + count).map(i -> (i * 13 + 5) % 61).toArray();
  }

  private static Llama model() {
    HuggingFaceConfig config =
        HuggingFaceConfig.fresh(new ModelShape(32, 2, 4, 2, 48, true), 61, 16, 0, 1);
    Parameters parameters = Parameters.frozen(ParameterLayout.of(config));
    Initialization.fill(parameters, config, 11);
    return new Llama(config, parameters, 16);
  }

  /** Puts down how far it got, and asks this rank to go once so many batches are done. */
  private record Watched(List<String> told, int stopAt) implements Validation.Watch {
    Watched(int stopAt) {
      this(new ArrayList<>(), stopAt);
    }

    @Override
    public void validating(int done, int of) {
      told.add("%d/%d".formatted(done, of));
    }

    @Override
    public boolean stopRequested() {
      return told.contains("%d/4".formatted(stopAt));
    }
  }

  private static StepReport.Point point(int step) {
    return new StepReport(step, 4, 1, 1e-3, 100, 0.1, new TreeMap<>()).point();
  }

  private static Validation validation(
      int steps, int microBatch, Gang gang, Validation.Watch watch) {
    return new Validation(
        new ValidationConfig(5, 100L), steps, microBatch, gang, model(), TEXTS, watch);
  }

  private static SortedMap<String, Double> validated(int microBatch, int ranks) {
    List<SortedMap<String, Double>> all =
        ThreadGang.run(ranks, gang -> validation(20, microBatch, gang, new Watched(9)).measure());
    all.forEach(each -> assertThat(each).isEqualTo(all.get(0)));
    return all.get(0);
  }

  @Test
  void tellsHowFarItIs() {
    Watched watched = new Watched(9);
    validation(20, 1, new SoloGang(), watched).measure();
    assertThat(watched.told()).containsExactly("0/4", "1/4", "2/4", "3/4");
  }

  @Test
  void allRanksBreakOffTogetherWhenOneIsAskedToGo() {
    List<Integer> rounds =
        ThreadGang.run(
            2,
            gang -> {
              Watched watched = new Watched(gang.rank() == 1 ? 2 : 9);
              assertThat(validation(20, 1, gang, watched).measure()).isEmpty();
              return watched.told().size();
            });
    assertThat(rounds).containsExactly(2, 2);
  }

  @Test
  void lossAndBitsPerByteAreThoseOfTheLogits() {
    SortedMap<String, Double> found = validated(2, 1);
    double loss = (nll(ids(0, 9)) + nll(ids(9, 4)) + nll(ids(30, 2))) / (8 + 3 + 1);
    assertThat(found.get("validation/loss.en")).isCloseTo(loss, within(1e-5));
    assertThat(found.get("validation/bits_per_byte.en"))
        .isCloseTo(loss / Math.log(2) / 4, within(1e-5));
    assertThat(found.get("validation/loss.ja")).isCloseTo(nll(ids(20, 9)) / 8, within(1e-5));
  }

  private static double nll(int[] window) {
    try (PointerScope scope = new PointerScope()) {
      long[] tokens = IntStream.of(window).asLongStream().toArray();
      Tensor logs =
          model().logits(Tensor.create(tokens).view(1, tokens.length), null).log_softmax(2);
      double sum = 0;
      for (int t = 1; t < tokens.length; t++) {
        sum -= logs.select(1, t - 1).select(1, tokens[t]).item_double();
      }
      return sum;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void ranksShareTheWorkAndAgree(int ranks) {
    SortedMap<String, Double> alone = validated(1, 1);
    SortedMap<String, Double> together = validated(1, ranks);
    assertThat(together).containsOnlyKeys(alone.keySet());
    alone.forEach((name, value) -> assertThat(together.get(name)).isCloseTo(value, within(1e-9)));
  }

  @Test
  void measuresEverySoManyStepsAndAfterTheLast() {
    assertThat(measured(new ValidationConfig(8, 100L), 20)).containsExactly(8, 16, 20);
    assertThat(measured(new ValidationConfig(0, 100L), 20)).isEmpty();
    @SuppressWarnings("NullAway") // an absent component takes its default in the constructor
    ValidationConfig usual = new ValidationConfig(null, null);
    assertThat(measured(usual, 40)).containsExactly(4, 8, 12, 16, 20, 24, 28, 32, 36, 40);
  }

  private static List<Integer> measured(ValidationConfig config, int steps) {
    Validation validation =
        new Validation(config, steps, 2, new SoloGang(), model(), TEXTS, new Watched(9));
    return IntStream.rangeClosed(1, steps)
        .filter(step -> validation.misses(point(step)))
        .boxed()
        .toList();
  }

  @Test
  void everyTokenOfADocumentIsPredictedOnceAndTheEndsAreNot(@TempDir Path directory)
      throws IOException {
    try (Workbench bench = Workbench.open(directory)) {
      TokenWindows windows =
          new TokenWindows(bench.artifacts(), bench.tokens(64), 17, directory.resolve("cache"));
      HeldOut all = windows.heldOut(1000).get(0);
      assertThat(all.language()).isEqualTo("en");
      assertThat(all.tokens()).isEqualTo(49 + 19 + 29);
      assertThat(all.bytesPerToken()).isEqualTo(4);
      assertThat(all.windows().stream().map(window -> window.length - 1).toList())
          .containsExactly(16, 16, 16, 1, 16, 3, 16, 13);
      assertThat(all.windows().get(0)[0]).isZero();
      assertThat(all.windows().get(1)[0]).isEqualTo(all.windows().get(0)[16]);
      assertThat(all.windows().get(4)[0]).isZero();
      assertThat(windows.heldOut(20).get(1).tokens()).isEqualTo(20);
    }
  }

  @Test
  void aTokenThatBeginsADocumentIsReadAndNotPredicted(@TempDir Path directory) throws IOException {
    try (Workbench bench = Workbench.open(directory)) {
      TokenWindows ends =
          new TokenWindows(bench.artifacts(), bench.tokens(64), 17, directory.resolve("cache"));
      TokenWindows begins =
          new TokenWindows(
              bench.artifacts(), bench.data().beginning(64), 17, directory.resolve("cache"));
      List<int[]> expected = ends.heldOut(1000).get(0).windows();
      List<int[]> windows = begins.heldOut(1000).get(0).windows();

      // The first token of each document is now its beginning.
      assertThat(begins.heldOut(1000).get(0).tokens()).isEqualTo(48 + 18 + 28);
      assertThat(windows.get(0)[0]).isEqualTo(expected.get(0)[1]);
      assertThat(windows.get(0)[1]).isEqualTo(expected.get(0)[2]);
    }
  }
}
