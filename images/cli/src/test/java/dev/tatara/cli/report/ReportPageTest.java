package dev.tatara.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.PipelineResult;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class ReportPageTest {
  private final String page = ReportPage.of(SyntheticRun.content());

  @Test
  void tellsTheVerdictFirst() {
    assertThat(page)
        .contains("Kept: the SFT model.")
        .contains("The gate turned a later model down");
    assertThat(page.indexOf("Kept: the SFT")).isLessThan(page.indexOf("<h2>"));
  }

  @Test
  void showsEverySection() {
    assertThat(page)
        .contains("<h2>Talk to the model</h2>", "<h2>Evaluation</h2>", "<h2>Gate</h2>")
        .contains("<h2>Training</h2>", "<h2>Where the documents went</h2>", "<h2>Tokenizer</h2>")
        .contains("<h2>Time per stage</h2>", "<h2>Plan and reality</h2>")
        .contains("<h2>Failures and recoveries</h2>", "<h2>Lineage</h2>");
  }

  @Test
  void needsNothingButItself() {
    assertThat(page)
        .doesNotContain("http://", "https://", "<script", "<link", "<img", "url(", "@import");
  }

  @Test
  void escapesWhatCameFromOutside() {
    assertThat(page)
        .contains("&lt;loss&gt;=5.2")
        .contains("read &amp; write.")
        .contains("&lt;私&gt;")
        .doesNotContain("<私>");
  }

  @Test
  void isWellFormed() throws Exception {
    String xml = page.substring(page.indexOf('\n') + 1).replaceAll("(?s)<style>.*</style>", "");

    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));

    assertThat(document.getElementsByTagName("svg").getLength()).isEqualTo(4);
  }

  @Test
  void countsDocumentsPerStageSourceAndReason() {
    assertThat(page).contains("too short 120, repetition 63, language 44");
    assertThat(page).contains("<td>aozora</td>", "1,179");
  }

  @Test
  void tellsWhatTheRunUsedAndWhoDecided() {
    assertThat(page)
        .contains("<h2>Cost and decisions</h2>")
        .contains("Ranks were held for 0.2100 rank-hours, of 0.5000 rank-hours allowed.")
        .contains("<td class=\"t\">grace</td>")
        .contains("reads well in both &lt;languages&gt;");
  }

  @Test
  void countsTheTokensOfEachSourceAndLanguage() {
    assertThat(page)
        .contains("<h2>What the model was trained on</h2>")
        .contains("<td>manuals</td><td class=\"n\">983,040</td><td class=\"n\">66.7 %</td>");
  }

  @Test
  void marksTheLossOnHeldOutText() {
    assertThat(page).contains("class=\"mark\"").contains("validation/loss.en 4.900");
  }

  @Test
  void saysHowLongTrainingStoodStillForCheckpoints() {
    assertThat(page)
        .contains(
            "4 min 00 s of steps, of which training stood still for 0.600 s (0.250 %) for 9 checkpoints");
  }

  @Test
  void marksFailuresWhereTheyHappened() {
    assertThat(page)
        .contains("<g class=\"event c1\"><title>1: infrastructure, rank 1, pretrain-1 on laptop")
        .contains("back after 6.3 s</title><rect ");
  }

  @Test
  void givesBytesPerTokenForEachLanguage() {
    assertThat(page).contains("3.90").contains("3.54");
  }

  @Test
  void showsTheBaselineToBeatAndTheBestModel() {
    assertThat(page).contains("to beat").contains("2.310").contains("n best");
  }

  @Test
  void saysHowAFailureEnded() {
    assertThat(page)
        .contains("signal 9 (SIGKILL)")
        .contains("<td class=\"n\">21</td>")
        .contains("6.3 s");
  }

  @Test
  void standsForARunThatHasHardlyBegun() {
    PipelineResult empty =
        new PipelineResult(
            "early", List.of(), null, List.of(), List.of(), null, null, 0.0, null, List.of());

    String early =
        ReportPage.of(
            new ReportContent(
                empty, Map.of(), Map.of(), Map.of(), null, List.of(), null, "./tatara"));

    assertThat(early)
        .contains("The run has not come to its end yet.")
        .doesNotContain("Talk to the model");
  }
}
