package dev.tatara.activities.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.data.DataStageRunner.Opened;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataStageRunnerTest {
  private static final PipelineSpec SPEC =
      StageRun.spec("{\"seed\":1,\"collect\":{\"sources\":[]},\"pretrain\":{\"model\":\"nano\"}}");

  @TempDir private Path folder;
  private StoreOnDisk server;
  private Artifacts artifacts;
  private final Letters letters = new Letters();
  private final LongWords longWords = new LongWords();

  @BeforeEach
  void start() throws Exception {
    server = new StoreOnDisk(folder);
    artifacts = new Artifacts(server.store());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void makesTheArtifactOfWhatTheShardsLeftBehind() {
    ArtifactRef collected = run(Stage.COLLECT, new TreeMap<>());
    Manifest cleaned = artifacts.manifest(run(Stage.CLEAN, of(Stage.COLLECT, collected)));

    assertThat(artifacts.manifest(collected).account().total().kept()).isEqualTo(6);
    assertThat(cleaned.account().total().dropped()).containsEntry("short", 3L);
    assertThat(cleaned.counts()).containsEntry("characters", 12L);
    assertThat(cleaned.objects())
        .extracting(ManifestObject::name)
        .containsExactly(
            "data/a.jsonl.zst",
            "data/b.jsonl.zst",
            "data/c.jsonl.zst",
            "rejects/a.jsonl.zst",
            "rejects/b.jsonl.zst",
            "rejects/c.jsonl.zst");
    assertThat(server.store().list("work/")).isEmpty();
  }

  @Test
  void findsAFinishedStageAgainAndTidiesUpAfterACrash() {
    ArtifactRef first = run(Stage.COLLECT, new TreeMap<>());
    String fingerprint = open(runner()).fingerprint();
    server.store().write("work/collect/%s/left.json".formatted(fingerprint), new byte[] {1});

    Opened again = open(runner());

    assertThat(again.finished()).contains(first);
    assertThat(again.phases()).isEmpty();
    assertThat(server.store().list("work/")).isEmpty();
  }

  @Test
  void makesTheStageAnewWhenSomethingThatDecidesItChanges() {
    String before = open(runner()).fingerprint();
    letters.version = "2";

    assertThat(open(runner()).fingerprint()).isNotEqualTo(before);
  }

  @Test
  void doesNotDoAFinishedShardAgain() {
    String fingerprint = open(runner()).fingerprint();
    work(runner(), fingerprint, List.of("a", "b"));

    // As after SIGKILL: another process opens the stage and is given all shards.
    assertThat(open(runner()).fingerprint()).isEqualTo(fingerprint);
    work(runner(), fingerprint, List.of("a", "b", "c"));
    runner().close(Stage.COLLECT, fingerprint);

    assertThat(letters.worked).hasValue(3);
  }

  @Test
  void goesOnAfterAShardThatWasCutOff() {
    String fingerprint = open(runner()).fingerprint();
    letters.diesAt = "b";
    assertThatThrownBy(() -> work(runner(), fingerprint, List.of("a", "b", "c")))
        .isInstanceOf(IllegalStateException.class);

    letters.diesAt = "";
    work(runner(), fingerprint, List.of("a", "b", "c"));

    assertThat(letters.worked).hasValue(3);
    ArtifactRef made = runner().close(Stage.COLLECT, fingerprint);
    assertThat(artifacts.manifest(made).account().total().kept()).isEqualTo(6);
  }

  @Test
  void givesTheSameBytesInAnyOrderOfShards() {
    String fingerprint = open(runner()).fingerprint();
    work(runner(), fingerprint, List.of("c", "b", "a"));
    ArtifactRef backwards = runner().close(Stage.COLLECT, fingerprint);

    server.store().deleteAll("artifacts/");

    assertThat(run(Stage.COLLECT, new TreeMap<>())).isEqualTo(backwards);
  }

  @Test
  void answersALateRepetitionAsBefore() {
    String fingerprint = open(runner()).fingerprint();
    work(runner(), fingerprint, List.of("a", "b", "c"));
    ArtifactRef closed = runner().close(Stage.COLLECT, fingerprint);

    work(runner(), fingerprint, List.of("b"));

    assertThat(runner().close(Stage.COLLECT, fingerprint)).isEqualTo(closed);
    assertThat(letters.worked).hasValue(3);
  }

  @Test
  void refusesToCloseWhileAShardIsMissing() {
    String fingerprint = open(runner()).fingerprint();
    work(runner(), fingerprint, List.of("a"));

    assertThatThrownBy(() -> runner().close(Stage.COLLECT, fingerprint))
        .hasMessageContaining("read/b");
    assertThat(artifacts.find(Stage.COLLECT, fingerprint)).isEmpty();
  }

  @Test
  void refusesAStageThatLosesADocument() {
    ArtifactRef collected = run(Stage.COLLECT, new TreeMap<>());
    longWords.loses = true;

    assertThatThrownBy(() -> run(Stage.CLEAN, of(Stage.COLLECT, collected)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("clean read 5 documents of letters, but the stage before had kept 6");
  }

  private ArtifactRef run(Stage stage, TreeMap<Stage, ArtifactRef> inputs) {
    DataStageRunner runner = runner();
    Opened opened = runner.open(stage, SPEC, inputs);
    for (DataStage.Phase phase : opened.phases()) {
      for (String shard : phase.shards()) {
        runner.work(stage, opened.fingerprint(), phase.name(), shard, (done, total) -> {});
      }
    }
    return runner.close(stage, opened.fingerprint());
  }

  private static Opened open(DataStageRunner runner) {
    return runner.open(Stage.COLLECT, SPEC, new TreeMap<>());
  }

  private static void work(DataStageRunner runner, String fingerprint, List<String> shards) {
    for (String shard : shards) {
      runner.work(Stage.COLLECT, fingerprint, "read", shard, (done, total) -> {});
    }
  }

  private DataStageRunner runner() {
    return new DataStageRunner(artifacts, new NoSources(), List.of(letters, longWords));
  }

  private static TreeMap<Stage, ArtifactRef> of(Stage stage, ArtifactRef ref) {
    return new TreeMap<>(Map.of(stage, ref));
  }

  /** Makes two documents in each of three shards. */
  private static final class Letters implements DataStage {
    private final AtomicInteger worked = new AtomicInteger();
    private String version = "1";
    private String diesAt = "";

    @Override
    public Stage stage() {
      return Stage.COLLECT;
    }

    @Override
    public String codeVersion() {
      return version;
    }

    @Override
    public Object config(PipelineSpec spec) {
      return spec.collect();
    }

    @Override
    public List<Stage> inputs() {
      return List.of();
    }

    @Override
    public List<Phase> phases(Workspace workspace) {
      return List.of(new Phase("read", List.of("a", "b", "c")));
    }

    @Override
    public ShardResult work(
        Workspace workspace, String phase, String shard, ShardProgress progress) {
      if (shard.equals(diesAt)) {
        throw new IllegalStateException("power failure");
      }
      worked.incrementAndGet();
      List<Document> documents =
          List.of(
              StageRun.document("letters:" + shard + "1", shard),
              StageRun.document("letters:" + shard + "4", shard.repeat(4)));
      AccountBook book = new AccountBook();
      documents.forEach(document -> book.keep("letters", 1, 1));
      return new ShardResult(
          workspace.write(shard, documents, List.of()), book.account(), new TreeMap<>());
    }
  }

  /** Drops what has fewer than two letters. */
  private static final class LongWords implements DataStage {
    private boolean loses;

    @Override
    public Stage stage() {
      return Stage.CLEAN;
    }

    @Override
    public String codeVersion() {
      return "1";
    }

    @Override
    public Object config(PipelineSpec spec) {
      return spec.clean();
    }

    @Override
    public List<Stage> inputs() {
      return List.of(Stage.COLLECT);
    }

    @Override
    public List<Phase> phases(Workspace workspace) {
      List<String> shards = workspace.shards(Stage.COLLECT);
      return List.of(new Phase("look", shards), new Phase("write", shards));
    }

    @Override
    public ShardResult work(
        Workspace workspace, String phase, String shard, ShardProgress progress) {
      if (phase.equals("look")) {
        return ShardResult.intermediate();
      }
      AccountBook book = new AccountBook();
      List<Document> kept = new ArrayList<>();
      List<Rejected> dropped = new ArrayList<>();
      for (Document document : workspace.documents(Stage.COLLECT, shard)) {
        if (document.text().length() > 1) {
          kept.add(document);
          book.keep("letters", 1, 1);
        } else if (!loses || !shard.equals("a")) {
          dropped.add(new Rejected("short", "1", document));
          book.drop("letters", "short", 1);
        }
      }
      long characters = kept.stream().mapToLong(document -> document.text().length()).sum();
      return new ShardResult(
          workspace.write(shard, kept, dropped),
          book.account(),
          new TreeMap<>(Map.of("characters", characters)));
    }
  }
}
