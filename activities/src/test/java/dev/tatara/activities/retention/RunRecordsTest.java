package dev.tatara.activities.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.workflows.RemovalActivities.Kept;
import dev.tatara.workflows.RemovalActivities.Removed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real store; which runs are at work is said by the test. */
class RunRecordsTest {
  @TempDir private Path folder;
  private EmbeddedObjectStore server;
  private ObjectStore store;
  private Artifacts artifacts;
  private final Map<String, List<ArtifactRef>> atWork = new TreeMap<>();
  private final Map<String, List<ArtifactRef>> ended = new TreeMap<>();

  @BeforeEach
  void start() {
    server = EmbeddedObjectStore.start(folder.resolve("s3"), 0, "test", "test-secret");
    store =
        ObjectStore.connect(
            new StoreSettings(server.endpoint(), "us-east-1", "test", "test-secret", "tatara", ""));
    artifacts = new Artifacts(store);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void whatIsOneRunsAloneGoesWithIt() {
    ArtifactRef corpus = artifact(Stage.TOKENIZE, "c0");
    ArtifactRef model = artifact(Stage.PRETRAIN, "m0", corpus);
    ArtifactRef other = artifact(Stage.PRETRAIN, "m1", corpus);
    result("old", model);
    result("new", other);
    store.write("runs/old/ledger/pretrain-1.json", bytes("{}"));

    records().withdraw("old");
    Removed removed = records().delete("old");

    assertThat(removed.artifacts()).containsExactly("artifacts/pretrain/m0/");
    assertThat(removed.bytes()).isEqualTo(4);
    assertThat(removed.kept())
        .containsExactly(new Kept("artifacts/tokenize/c0/", "the run new refers to it"));
    assertThat(store.list("artifacts/"))
        .containsExactly(
            "artifacts/pretrain/m1/manifest.json",
            "artifacts/pretrain/m1/object.bin",
            "artifacts/tokenize/c0/manifest.json",
            "artifacts/tokenize/c0/object.bin");
    assertThat(store.list("runs/")).containsExactly("runs/new/result.json");
  }

  @Test
  void aWithdrawnArtifactIsNotFoundAndIsGivenBackToARunThatHadJustFoundIt() {
    ArtifactRef model = artifact(Stage.PRETRAIN, "m0");
    result("old", model);
    records().withdraw("old");
    assertThat(artifacts.find(Stage.PRETRAIN, "m0")).isEmpty();

    atWork.put("quick", List.of(model));
    Removed removed = records().delete("old");

    assertThat(removed.artifacts()).isEmpty();
    assertThat(removed.kept())
        .extracting(Kept::why)
        .containsExactly("the run quick has come to use it");
    assertThat(artifacts.find(Stage.PRETRAIN, "m0")).contains(model);
    assertThat(artifacts.read(model, "object.bin")).hasSize(4);
  }

  @Test
  void aRunOfTheSameNameThatBeginsMeanwhileKeepsWhatItFoundAndItsRecords() {
    ArtifactRef model = artifact(Stage.PRETRAIN, "m0");
    result("again", model);
    store.write("runs/again/ledger/pretrain-1.json", bytes("{}"));
    records().withdraw("again");
    assertThat(store.list("runs/again/")).noneMatch(key -> key.contains("ledger"));

    atWork.put("again", List.of(model));
    store.write("runs/again/ledger/pretrain-2.json", bytes("{}"));
    Removed removed = records().delete("again");

    assertThat(removed.artifacts()).isEmpty();
    assertThat(artifacts.find(Stage.PRETRAIN, "m0")).contains(model);
    assertThat(store.list("runs/")).containsExactly("runs/again/ledger/pretrain-2.json");
  }

  @Test
  void whatIsBeingMadeAnewIsLeftAlone() {
    result("old", artifact(Stage.PRETRAIN, "m0"));
    records().withdraw("old");

    store.write("work/pretrain/m0/progress.json", bytes("{}"));
    Removed removed = records().delete("old");

    assertThat(removed.kept())
        .extracting(Kept::why)
        .containsExactly("another run makes it anew, or has done so");
    assertThat(store.list("artifacts/")).containsExactly("artifacts/pretrain/m0/object.bin");
  }

  @Test
  void aRunThatWasCancelledIsKnownByTemporalAndItsCheckpointsGo() {
    ended.put("stopped", List.of(artifact(Stage.TOKENIZE, "c0")));
    WorkFolders works = new WorkFolders(store);
    works.note("stopped", "pretrain", "work/pretrain/m0/");
    works.note("stopped", "sft", "work/sft/m1/");
    works.note("another", "sft", "work/sft/m1/");
    store.write("work/pretrain/m0/checkpoints/7/rank-0.bin", bytes("weights"));
    store.write("work/sft/m1/checkpoints/7/rank-0.bin", bytes("weights"));

    records().withdraw("stopped");
    Removed removed = records().delete("stopped");

    assertThat(removed.artifacts()).containsExactly("artifacts/tokenize/c0/");
    assertThat(store.list("work/")).containsExactly("work/sft/m1/checkpoints/7/rank-0.bin");
  }

  @Test
  void whatWasBrokenOffIsDoneAgain() {
    ArtifactRef corpus = artifact(Stage.TOKENIZE, "c0");
    result("old", artifact(Stage.PRETRAIN, "m0", corpus));
    records().withdraw("old");
    records().withdraw("old");

    assertThat(records().delete("old").artifacts()).hasSize(2);
    assertThat(records().delete("old").artifacts()).isEmpty();
    assertThat(store.list("")).isEmpty();
  }

  @Test
  void aRunAtWorkIsNotRemoved() {
    atWork.put("busy", List.of());

    assertThatThrownBy(() -> records().withdraw("busy"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("temporal workflow cancel --workflow-id busy");
  }

  private RunRecords records() {
    return new RunRecords(
        artifacts,
        new LiveRuns() {
          @Override
          public Map<String, List<ArtifactRef>> atWork() {
            return atWork;
          }

          @Override
          public List<ArtifactRef> ofEnded(String run) {
            return ended.getOrDefault(run, List.of());
          }
        });
  }

  private ArtifactRef artifact(Stage stage, String fingerprint, ArtifactRef... inputs) {
    String prefix = Artifacts.prefix(stage, fingerprint);
    TreeMap<String, ArtifactRef> named = new TreeMap<>();
    Arrays.stream(inputs).forEach(input -> named.put("input" + named.size(), input));
    return artifacts.commit(
        new Manifest(
            stage,
            fingerprint,
            "1",
            named,
            List.of(artifacts.put(prefix, "object.bin", bytes("1234"))),
            new TreeMap<>(),
            Account.EMPTY));
  }

  private void result(String run, ArtifactRef made) {
    StageOutcome outcome =
        new StageOutcome(
            Stage.PRETRAIN, StageOutcome.State.DONE, 1, made, new TreeMap<>(), Account.EMPTY, "");
    store.write(
        "runs/%s/result.json".formatted(run),
        Json.bytes(
            new PipelineResult(
                run,
                List.of(outcome),
                null,
                List.of(),
                List.of(),
                null,
                null,
                0.0,
                null,
                List.of())));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
