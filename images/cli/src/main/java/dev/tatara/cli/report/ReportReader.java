package dev.tatara.cli.report;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TimeSpent;
import dev.tatara.config.task.WorkKeys;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gathers the report's content from the artifacts of a run. */
public final class ReportReader {
  private static final String CURVE = "curve.jsonl";

  private final Artifacts artifacts;

  public ReportReader(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  /**
   * Reads what the stages left behind.
   *
   * @throws dev.tatara.base.store.StoreException if an artifact is gone or not what its ref says
   */
  public ReportContent read(
      PipelineResult result,
      List<ReportContent.Sample> samples,
      @Nullable String modelDirectory,
      String launcher) {
    Map<Stage, Manifest> manifests = new EnumMap<>(Stage.class);
    Map<Stage, List<StepReport.Point>> curves = new EnumMap<>(Stage.class);
    Map<Stage, TimeSpent> times = new EnumMap<>(Stage.class);
    TokenIndex tokens = null;
    for (StageOutcome outcome : result.stages()) {
      if (outcome.artifact() == null) {
        continue;
      }
      Manifest manifest = artifacts.manifest(outcome.artifact());
      manifests.put(outcome.stage(), manifest);
      if (has(manifest, TokenIndex.NAME) && outcome.stage() == Stage.TOKENIZE) {
        tokens = Json.read(artifacts.read(outcome.artifact(), TokenIndex.NAME), TokenIndex.class);
      }
      if (has(manifest, CURVE) && outcome.stage() != Stage.PUBLISH) {
        curves.put(outcome.stage(), curve(artifacts.read(outcome.artifact(), CURVE)));
        time(manifest).ifPresent(time -> times.put(outcome.stage(), time));
      }
    }
    return new ReportContent(
        result, manifests, curves, times, tokens, samples, modelDirectory, launcher);
  }

  private Optional<TimeSpent> time(Manifest manifest) {
    WorkKeys keys = WorkKeys.of(manifest.stage(), manifest.fingerprint());
    return artifacts
        .store()
        .readIfPresent(keys.timeSpent())
        .map(bytes -> Json.read(bytes, TimeSpent.class));
  }

  private static boolean has(Manifest manifest, String name) {
    return manifest.objects().stream().anyMatch(object -> object.name().equals(name));
  }

  private static List<StepReport.Point> curve(byte[] lines) {
    return new String(lines, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), StepReport.Point.class))
        .toList();
  }
}
