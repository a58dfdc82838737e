package dev.tatara.activities.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.activities.data.StageRun;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.PlanEstimate;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
  @Test
  void computesWhatTheSmallRunTakes() {
    PlanEstimate plan = estimate("\"model\":\"1m\",\"tokens\":\"1500k\"", 13_000_000);

    // 128 wide, 3 blocks of 49,152 + 147,456 + 256, a norm, and 4,096 embeddings
    long parameters = 3 * (49_152 + 147_456 + 256) + 128 + 4096 * 128;
    assertThat(plan.parameters()).isEqualTo(parameters);
    assertThat(plan.bodyParameters()).isEqualTo(parameters - 4096 * 128);
    assertThat(plan.steps()).isEqualTo(183);
    assertThat(plan.tokens()).isEqualTo(183 * 8192);
    double flopsPerToken = 6.0 * parameters + 12.0 * 3 * 128 * 256;
    assertThat(plan.flopsPerToken()).isEqualTo(flopsPerToken);
    assertThat(plan.trainingFlops()).isEqualTo(flopsPerToken * 183 * 8192);
    assertThat(plan.checkpointBytes()).isEqualTo(12 * parameters);
    assertThat(plan.estimatedSeconds()).isCloseTo(170, within(20.0));
    assertThat(plan.sourceBytes()).isEqualTo(13_000_000);
  }

  @Test
  void sharesTheOptimizerStateAmongTheRanks() {
    PlanEstimate one = estimate("\"model\":\"15m\",\"workers\":1", 0);
    PlanEstimate four = estimate("\"model\":\"15m\",\"workers\":4", 0);

    // Less of the moments, but the sums of the own slices' gradients.
    assertThat(one.bytesPerRank() - four.bytesPerRank()).isEqualTo(one.parameters() * 5);
    assertThat(four.bytesPerRank()).isGreaterThan(four.parameters() * 10);
  }

  @Test
  void memoryFallsWithEachSwitchOfExecution() {
    long last = Long.MAX_VALUE;
    for (String execution : new String[] {"{}", "{\"zero\":2}", "{\"zero\":3}"}) {
      PlanEstimate plan =
          estimate("\"model\":\"124m\",\"workers\":4,\"execution\":" + execution, 0);
      assertThat(plan.bytesPerRank()).isLessThan(last);
      last = plan.bytesPerRank();
      assertThat(plan.notes())
          .anySatisfy(
              note ->
                  assertThat(note)
                      .startsWith("memory per rank in fp32 with 4 ranks")
                      .contains("MB at ZeRO-3 with activation checkpointing"));
    }
  }

  @Test
  void countsTheNormsOfEachArchitecture() {
    long llama = shaped("llama").parameters();
    assertThat(shaped("qwen3").parameters() - llama).isEqualTo(2 * 2 * 8);
    assertThat(shaped("olmo2").parameters() - llama).isEqualTo(2 * (64 + 32));
  }

  private static PlanEstimate shaped(String architecture) {
    return estimate(
        "\"dimensions\":{\"hiddenSize\":64,\"layers\":2,\"heads\":8,\"keyValueHeads\":4,\"intermediateSize\":96,\"architecture\":\"%s\"}"
            .formatted(architecture),
        0);
  }

  @Test
  void countsOnlyTheSamplesThatARankHas() {
    PlanEstimate small = estimate("\"model\":\"1m\",\"microBatch\":16", 0);
    PlanEstimate more = estimate("\"model\":\"1m\",\"microBatch\":1000", 0);

    assertThat(more.bytesPerRank()).isEqualTo(small.bytesPerRank());
  }

  @Test
  void takesTheSpeedThatItIsGiven() {
    PlanEstimate plan =
        Planner.estimate(
            spec("\"model\":\"1m\"", 4096), Optional.empty(), 0, Planner.CPU_FLOPS_PER_SECOND * 10);

    assertThat(plan.flopsPerSecond()).isEqualTo(7.24e11, within(1e9));
    assertThat(plan.estimatedSeconds()).isLessThan(20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1500k | 13000000 | 1.3 tokens per parameter; about 20 would be compute-optimal: 22,300,160",
        "25m   | 13000000 | tokens per parameter, near the compute-optimal 20",
        "100m  | 13000000 | more than the compute-optimal 20",
        "1500k | 13000000 | the sources hold roughly 3,714,286 tokens, so none has to be repeated",
        "6m    | 13000000 | 3,714,286 tokens: each is seen 1.6 times",
        "25m   | 13000000 | each is seen 6.7 times; beyond 4 times repetition helps little",
        "1500k | 0        | the sources are empty or of unknown size",
        "1500k | 13000000 | 1,499,136 of 1,500,000 tokens are trained on",
        "100   | 13000000 | pretrain.tokens (100) is less than one global batch (8,192)"
      })
  void remarksOnDataAndSize(String tokens, long sourceBytes, String note) {
    PlanEstimate plan =
        estimate("\"model\":\"1m\",\"tokens\":\"%s\"".formatted(tokens), sourceBytes);

    assertThat(plan.notes()).anyMatch(one -> one.contains(note));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model\":\"1m\",\"batchTokens\":8000 | 2 × 256 = 512; the nearest is 8192",
        "\"model\":\"1m\",\"batchTokens\":100  | the nearest is 512",
        "\"model\":\"1m\",\"workers\":3        | 3 × 256 = 768; the nearest is 8448",
        "\"model\":\"1m\",\"workers\":0        | pretrain.workers is 0; set it to 1 or more",
        "\"model\":\"2m\"                      | pretrain.model is \"2m\"; use one of nano, 1m",
        "\"tokens\":1                          | neither model nor dimensions",
        "\"dimensions\":{\"hiddenSize\":100,\"layers\":1,\"heads\":8,\"intermediateSize\":8} | multiple of 2 × heads = 16; the nearest is 96",
        "\"dimensions\":{\"hiddenSize\":64,\"layers\":1,\"heads\":8,\"keyValueHeads\":3,\"intermediateSize\":8} | must divide heads (8); the nearest is 2",
        "\"dimensions\":{\"hiddenSize\":64,\"layers\":0,\"heads\":8,\"intermediateSize\":8} | a number below 1",
        "\"dimensions\":{\"hiddenSize\":64,\"layers\":1,\"intermediateSize\":8} | dimensions is incomplete"
      })
  void refusesWhatCannotWorkAndNamesTheNearestThatDoes(String pretrain, String remedy) {
    assertThatThrownBy(() -> estimate(pretrain, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(remedy);
  }

  @Test
  void reportsAllProblemsAtOnce() {
    assertThatThrownBy(
            () ->
                Planner.estimate(
                    spec("\"model\":\"1m\",\"batchTokens\":8000", 100), Optional.empty(), 0, 1e9))
        .hasMessageContaining("2 problem(s)")
        .hasMessageContaining("tokenize.vocabularySize is 100")
        .hasMessageContaining("pretrain.batchTokens is 8000");
  }

  private static PlanEstimate estimate(String pretrain, long sourceBytes) {
    return Planner.estimate(
        spec(pretrain, 4096), Optional.empty(), sourceBytes, Planner.CPU_FLOPS_PER_SECOND);
  }

  private static PipelineSpec spec(String pretrain, int vocabulary) {
    return StageRun.spec(
        "{\"seed\":1,\"collect\":{},\"tokenize\":{\"vocabularySize\":%d},\"pretrain\":{%s}}"
            .formatted(vocabulary, pretrain));
  }
}
