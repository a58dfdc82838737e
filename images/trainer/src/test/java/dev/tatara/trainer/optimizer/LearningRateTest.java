package dev.tatara.trainer.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.OptimizerConfig.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Learning rates against those of Hugging Face transformers. */
@Tag("vectors")
final class LearningRateTest {
  private static final Path FOLDER = Path.of(System.getProperty("tatara.vectors"), "b_adamw");
  private static final String OWN = "ours_cosine_min";
  private static final Pattern NAME =
      Pattern.compile(
          "hf_(cosine|linear|wsd)_warmup(\\d+)_(?:total(\\d+)|stable(\\d+)_decay(\\d+)_(linear|1-sqrt))_multiplier");

  private static JsonNode schedules() throws IOException {
    return Json.tree(Files.readAllBytes(FOLDER.resolve("lr_schedules.json")));
  }

  static Stream<String> multipliers() throws IOException {
    List<String> names = new ArrayList<>();
    schedules().fieldNames().forEachRemaining(names::add);
    assertThat(names).contains(OWN);
    return names.stream().filter(name -> !name.equals(OWN));
  }

  @ParameterizedTest
  @MethodSource("multipliers")
  void multipliersAreThoseOfTransformers(String name) throws IOException {
    Matcher known = NAME.matcher(name);
    assertThat(known.matches()).as("a schedule that this test knows: %s", name).isTrue();
    int warmup = Integer.parseInt(known.group(2));
    boolean wsd = known.group(1).equals("wsd");
    int steps =
        wsd
            ? warmup + Integer.parseInt(known.group(4)) + Integer.parseInt(known.group(5))
            : Integer.parseInt(known.group(3));
    double decay = wsd ? Double.parseDouble(known.group(5)) / steps : 0;
    LearningRate rate =
        new LearningRate(config(schedule(known), 1, 0, (double) warmup / steps, decay), steps);
    JsonNode values = schedules().path(name);
    assertThat(values.size()).isEqualTo(steps);
    for (int step = 0; step < steps; step++) {
      // Theirs begins at 0, so that its first step does nothing; ours begins at the first rise.
      int place = step < warmup ? step + 1 : step;
      assertThat(rate.at(step)).isCloseTo(values.get(place).asDouble(), within(1e-12));
    }
  }

  private static Schedule schedule(Matcher known) {
    return switch (known.group(1)) {
      case "cosine" -> Schedule.COSINE;
      case "linear" -> Schedule.LINEAR;
      default -> known.group(6).equals("linear") ? Schedule.WSD : Schedule.WSD_SQRT;
    };
  }

  @Test
  void cosineWithAFloorIsTheRecordedOne() throws IOException {
    JsonNode hyper = Json.tree(Files.readAllBytes(FOLDER.resolve("hyperparameters.json")));
    int steps = hyper.path("steps").asInt();
    OptimizerConfig config =
        config(
            Schedule.COSINE,
            hyper.path("peak").asDouble(),
            hyper.path("min_ratio").asDouble(),
            hyper.path("warmup").asDouble() / steps,
            0);
    LearningRate rate = new LearningRate(config, steps);
    for (int step = 0; step < steps; step++) {
      double wanted = schedules().path(OWN).path(step).asDouble();
      assertThat(rate.at(step)).isCloseTo(wanted, within(1e-15));
    }
  }

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void ratesRiseToThePeakAndEndAboveTheFloor(Schedule schedule) {
    LearningRate rate = new LearningRate(config(schedule, 2, 0.1, 0.1, 0.2), 1000);
    assertThat(rate.at(99)).isEqualTo(2);
    assertThat(rate.at(100)).isEqualTo(2);
    assertThat(rate.at(999)).isBetween(0.2, 0.21);
  }

  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  private static OptimizerConfig config(
      Schedule schedule, double peak, double floor, double warmup, double decay) {
    return new OptimizerConfig(
        null, peak, schedule, floor, warmup, decay, null, null, null, null, null, null, null);
  }
}
