package dev.tatara.evaluator.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.VerifyTask.Verification;
import dev.tatara.evaluator.TinyModel;
import dev.tatara.evaluator.model.CausalModel;
import dev.tatara.evaluator.model.Safetensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogitVerificationTest {
  private static final int[][] INPUTS = {{5, 6, 7}, {8}};

  @TempDir static Path folder;
  private static CausalModel model;

  @BeforeAll
  static void load() {
    TinyModel.prepareEngine();
    model = CausalModel.load(TinyModel.write(folder, 5, 0.3f));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void acceptsEqualLogits() {
    Verification verification = verified(logits -> logits);
    assertThat(verification).isEqualTo(new Verification(0, 4, true));
  }

  @Test
  void reportsTheLargestDifference() {
    Verification verification =
        verified(
            logits -> {
              logits[3] += 0.5f;
              logits[4] -= 0.25f;
              return logits;
            });
    assertThat(verification.maxDifference()).isCloseTo(0.5, within(1e-6));
    assertThat(verification.accepted()).isFalse();
  }

  @Test
  void neverAcceptsWhatIsNoNumber() {
    Verification verification =
        verified(
            logits -> {
              logits[7] = Float.NaN;
              return logits;
            });
    assertThat(verification.accepted()).isFalse();
    assertThat(verification.maxDifference()).isFinite();
  }

  @Test
  void acceptsNothingFromNothing() {
    Safetensors none = Safetensors.of(TinyModel.safetensors("{}", new byte[0]), "logits");
    assertThat(LogitVerification.compared(model, new int[0][], none, 1e-3).accepted()).isFalse();
  }

  @Test
  void refusesLogitsOfOtherInputs() {
    assertThatThrownBy(() -> verified(logits -> Arrays.copyOf(logits, 260)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("logits_0 has shape [1, 260], but sequence 0 has 3 tokens");
  }

  private static Verification verified(UnaryOperator<float[]> change) {
    Map<String, float[]> logits = new LinkedHashMap<>();
    for (int i = 0; i < INPUTS.length; i++) {
      float[] changed = change.apply(model.logits(INPUTS[i]));
      logits.put("logits_%d:%d,%d".formatted(i, changed.length / 260, 260), changed);
    }
    Safetensors trainers = Safetensors.of(TinyModel.safetensors(logits), "logits");
    return LogitVerification.compared(model, INPUTS, trainers, 1e-3);
  }
}
