package dev.tatara.cli.report;

import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TimeSpent;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything the report shows.
 *
 * @param manifests of the stages that have an artifact
 * @param curves training curves by stage
 * @param times where the time of training went, by stage, as far as it is known
 * @param tokens what {@code tokenize} made; null if the run did not come that far
 * @param samples texts that the published model wrote
 * @param modelDirectory where the Hugging Face folder was exported to; null if there is none
 * @param launcher the command that starts Tatara
 */
public record ReportContent(
    PipelineResult result,
    Map<Stage, Manifest> manifests,
    Map<Stage, List<StepReport.Point>> curves,
    Map<Stage, TimeSpent> times,
    @Nullable TokenIndex tokens,
    List<Sample> samples,
    @Nullable String modelDirectory,
    String launcher) {
  public ReportContent {
    manifests = ordered(manifests);
    curves = ordered(curves);
    times = ordered(times);
    samples = List.copyOf(samples);
  }

  /** What the model wrote when given a prompt. */
  public record Sample(String prompt, String text) {}

  private static <T> Map<Stage, T> ordered(Map<Stage, T> map) {
    Map<Stage, T> ordered = new EnumMap<>(Stage.class);
    ordered.putAll(map);
    return ordered;
  }

  /** The outcome of one stage, if the run came that far. */
  Optional<StageOutcome> outcome(Stage stage) {
    return result.stages().stream().filter(outcome -> outcome.stage() == stage).findFirst();
  }

  /** A total of a stage's artifact, if it is known. */
  Optional<Long> count(Stage stage, String name) {
    return outcome(stage).map(outcome -> outcome.counts().get(name));
  }
}
