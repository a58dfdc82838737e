package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.cli.report.SyntheticRun;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class SummaryTest {
  private final StringWriter text = new StringWriter();

  @Test
  void tellsStagesVerdictAndRecoveries() {
    Summary.write(SyntheticRun.result(), new PrintWriter(text));

    assertThat(text.toString())
        .contains("collect       reused          0.2 s  1,239 of 1,270 documents kept")
        .contains(
            "pretrain      new        2 min 51 s  1.08 M parameters, 180 steps, 1.47 M tokens")
        .contains("DPO is turned down: bits_per_byte.en went from 1.760 to 1.900")
        .contains("SFT is accepted over base.")
        .contains("Kept: the sft model.")
        .contains("Recovered in pretrain: rank 1, signal 9");
  }
}
