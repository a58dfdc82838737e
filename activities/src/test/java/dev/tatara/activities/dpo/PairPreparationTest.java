package dev.tatara.activities.dpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.data.MemorySources;
import dev.tatara.activities.data.PreparationStore;
import dev.tatara.activities.data.Prepared;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.token.PairRow;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.run.PipelineSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairPreparationTest {
  @TempDir private Path directory;

  private static PipelineSpec spec(String format, int maxTokens) {
    String json =
        """
        {"seed": 1, "dpo": {"maxTokens": %d,
          "data": [{"name": "pairs", "uri": "x", "format": "%s", "license": "MIT"}]}}
        """;
    return Json.read(
        json.formatted(maxTokens, format).getBytes(StandardCharsets.UTF_8), PipelineSpec.class);
  }

  private static PairRows rows(String format, int maxTokens, String file) {
    return PairPreparation.rows(
        Objects.requireNonNull(spec(format, maxTokens).dpo()),
        new MemorySources().with("x", file),
        PreparationStore.tokenizer());
  }

  private static String text(List<Integer> ids) {
    return PreparationStore.tokenizer().decode(ids.stream().mapToInt(Integer::intValue).toArray());
  }

  @Test
  void readsBothShapesOfPairs() {
    PairRow prompt =
        rows("prompt", 256, "{\"prompt\":\"Q\",\"chosen\":\"yes\",\"rejected\":\"no\"}")
            .pairs()
            .get(0);
    PairRow conversation =
        rows(
                "sharegpt",
                256,
                """
                [{"conversations":[{"from":"system","value":"S"},{"from":"human","value":"Q"}],
                  "chosen":{"from":"gpt","value":"yes"},"rejected":{"from":"gpt","value":"no"}}]
                """)
            .pairs()
            .get(0);

    assertThat(text(prompt.prompt()))
        .isEqualTo("<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n");
    assertThat(text(prompt.chosen())).isEqualTo("yes<|im_end|>");
    assertThat(text(prompt.rejected())).isEqualTo("no<|im_end|>");
    assertThat(text(conversation.prompt()))
        .isEqualTo("<|im_start|>system\nS<|im_end|>\n" + text(prompt.prompt()));
    assertThat(conversation.chosen()).isEqualTo(prompt.chosen());
  }

  @Test
  void everyRecordIsAPairOrHasAReason() {
    PairRows rows =
        rows(
            "prompt",
            64,
            """
            {"prompt":"Q","chosen":"yes","rejected":"no"}
            {"prompt":"Q","chosen":"yes"}
            {"prompt":"Q","chosen":"yes","rejected":"yes"}
            {"prompt":"Q","chosen":"","rejected":"yes"}
            {"prompt":"Q","chosen":"%s yes","rejected":"%s no"}
            []
            """
                .formatted("so ".repeat(40), "so ".repeat(40)));

    Account.Row account = Objects.requireNonNull(rows.account().sources().get("pairs"));
    assertThat(account.in()).isEqualTo(6);
    assertThat(account.kept()).isEqualTo(1);
    assertThat(account.dropped())
        .containsEntry("missing-field", 1L)
        .containsEntry("no-preference", 2L)
        .containsEntry("empty-answer", 1L)
        .containsEntry("malformed", 1L);
    rows.account().balanced("dpo");
  }

  @Test
  void cutsThePromptFromTheLeftAndTheAnswersFromTheRight() {
    List<Integer> prompt = List.of(1, 2, 3, 4, 5, 6);

    PairRow tight = new PairCut(8).cut(prompt, List.of(11, 12, 13, 14, 15), List.of(21));
    PairRow loose = new PairCut(8).cut(prompt, List.of(11), List.of(21, 22));
    PairRow all = new PairCut(8).cut(prompt.subList(0, 2), List.of(11), List.of(21, 22));

    assertThat(tight)
        .isEqualTo(new PairRow(List.of(3, 4, 5, 6), List.of(11, 12, 13, 14), List.of(21)));
    assertThat(loose).isEqualTo(new PairRow(prompt, List.of(11), List.of(21, 22)));
    assertThat(all).isEqualTo(new PairRow(List.of(1, 2), List.of(11), List.of(21, 22)));
    assertThat(
            new PairCut(8)
                .cut(prompt, Collections.nCopies(20, 1), Collections.nCopies(3, 2))
                .chosen())
        .hasSize(4);
  }

  @Test
  void preparesTheShippedPairsOnceAndFindsThemAgain() throws IOException {
    Path home = Path.of(Objects.requireNonNull(System.getProperty("tatara.home")));
    MemorySources sources =
        new MemorySources()
            .with("x", Files.readAllBytes(home.resolve("config/corpus/dpo/dpo_en_demo.json")));
    try (PreparationStore store = new PreparationStore(directory)) {
      Prepared first =
          PairPreparation.prepare(
              store.artifacts(), sources, spec("sharegpt", 2048), store.tokens());
      Prepared second =
          PairPreparation.prepare(
              store.artifacts(), sources, spec("sharegpt", 2048), store.tokens());

      assertThat(first.rows()).isBetween(285L, 300L);
      assertThat(first.reused()).isFalse();
      assertThat(second).isEqualTo(new Prepared(first.ref(), first.rows(), 0, true));
      assertThat(
              DocumentShard.read(
                  store.artifacts().read(first.ref(), PairPreparation.PAIRS), PairRow.class))
          .hasSize((int) first.rows())
          .allSatisfy(
              row ->
                  assertThat(
                          row.prompt().size()
                              + Math.max(row.chosen().size(), row.rejected().size()))
                      .isLessThanOrEqualTo(2048));
    }
  }

  @Test
  void saysWhyNoPairIsLeft() {
    assertThatThrownBy(() -> rows("sharegpt", 64, "{\"prompt\":\"Q\"}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 records were read")
        .hasMessageContaining("{missing-field=1}");
  }
}
