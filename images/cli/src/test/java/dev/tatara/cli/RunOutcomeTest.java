package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.CorruptArtifactException;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.cli.report.ReportContent;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunOutcomeTest {
  @TempDir Path directory;
  private State state;
  private Services services;
  private Artifacts artifacts;
  private RunOutcome outcome;

  @BeforeEach
  void start() {
    state = State.open(directory);
    services =
        Services.start(state, "test", Services.Ports.ANY, Map.of("TEMPORAL_ADDRESS", "none:1"));
    artifacts = new Artifacts(ObjectStore.connect(services.endpoints().store()));
    outcome = new RunOutcome(state, artifacts, "./tatara");
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @Test
  void exportsTheFolderInPlaceOfTheOldOne() throws Exception {
    outcome.export("a", artifact("old", "config.json", "extra.json"));

    Path folder = outcome.export("a", artifact("new", "config.json"));

    assertThat(folder).isEqualTo(state.published("a"));
    assertThat(folder.resolve("config.json")).hasContent("new config.json");
    assertThat(folder.resolve("extra.json")).doesNotExist();
  }

  @Test
  void keepsTheOldFolderWhenTheNewOneIsCorrupt() throws Exception {
    outcome.export("a", artifact("old", "config.json"));
    ArtifactRef corrupt = artifact("new", "config.json");
    artifacts.store().write(artifacts.key(corrupt, "config.json"), new byte[] {1});

    assertThatThrownBy(() -> outcome.export("a", corrupt))
        .isInstanceOf(CorruptArtifactException.class);
    assertThat(state.published("a").resolve("config.json")).hasContent("old config.json");
  }

  @Test
  void reportsWithCurvesAndSamples() throws Exception {
    ArtifactRef model = artifact("m", "config.json");
    ArtifactRef trained = pretrained();
    outcome.export("a", model);
    outcome.keep(
        "a",
        new RunOutcome.Samples(
            model.digest(), List.of(new ReportContent.Sample("The", "sky is blue"))));

    Path report = outcome.report(result(trained, model));

    assertThat(Files.readString(report))
        .contains("sky is blue", "8.000 → 7.000 in 2 steps", "generate --model");
    assertThat(RunOutcome.local(state, "a")).contains(result(trained, model));
  }

  @Test
  void forgetsSamplesOfAnotherModel() throws Exception {
    outcome.keep("a", new RunOutcome.Samples("other", List.of()));

    assertThat(outcome.samples("a", artifact("m", "config.json"))).isEmpty();
  }

  private static PipelineResult result(ArtifactRef trained, ArtifactRef model) {
    StageOutcome pretrain =
        new StageOutcome(
            Stage.PRETRAIN,
            StageOutcome.State.DONE,
            3,
            trained,
            new TreeMap<>(),
            Account.EMPTY,
            "");
    return new PipelineResult(
        "a", List.of(pretrain), null, List.of(), List.of(), null, model, 0.0, null, List.of());
  }

  private ArtifactRef pretrained() {
    String curve =
        """
        {"step":1,"loss":8.0,"gradientNorm":1.0,"learningRate":0.001,"tokens":8192}
        {"step":2,"loss":7.0,"gradientNorm":1.0,"learningRate":0.001,"tokens":8192}
        """;
    return commit(Stage.PRETRAIN, "f", Map.of("curve.jsonl", curve));
  }

  private ArtifactRef artifact(String fingerprint, String... names) {
    Map<String, String> objects = new TreeMap<>();
    for (String name : names) {
      objects.put(name, fingerprint + " " + name);
    }
    return commit(Stage.PUBLISH, fingerprint, objects);
  }

  private ArtifactRef commit(Stage stage, String fingerprint, Map<String, String> texts) {
    String prefix = Artifacts.prefix(stage, fingerprint);
    List<ManifestObject> objects =
        texts.entrySet().stream()
            .map(
                text ->
                    artifacts.put(
                        prefix, text.getKey(), text.getValue().getBytes(StandardCharsets.UTF_8)))
            .toList();
    return artifacts.commit(
        new Manifest(
            stage, fingerprint, "1", new TreeMap<>(), objects, new TreeMap<>(), Account.EMPTY));
  }
}
