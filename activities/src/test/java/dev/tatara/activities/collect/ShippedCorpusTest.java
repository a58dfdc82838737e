package dev.tatara.activities.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.clean.CleanStage;
import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedCorpusTest {
  private static final PipelineSpec SPEC =
      StageRun.spec(
          """
          {"seed": 1,
           "collect": {"sources": [
             {"name": "manuals", "uri": "file:config/corpus/web-docs-*.warc.gz", "format": "warc", "license": "Apache-2.0"},
             {"name": "aozora", "uri": "file:config/corpus/aozora-ja.jsonl.gz", "format": "jsonl", "language": "ja", "license": "public-domain"}]},
           "clean": {"languages": ["en", "ja"]}}
          """);

  @TempDir Path folder;

  @Test
  void keepsEnglishAndJapaneseOfTheShippedCorpusAndAccountsForTheRest() {
    try (EmbeddedObjectStore server = EmbeddedObjectStore.start(folder, 0, "key", "secret")) {
      StoreSettings settings =
          new StoreSettings(server.endpoint(), "us-east-1", "key", "secret", "tatara", "");
      Path home = Path.of(Objects.requireNonNull(System.getProperty("tatara.home")));
      SchemeSources sources = new SchemeSources(home, folder, settings, false);
      StageRun run = new StageRun(ObjectStore.connect(settings), sources, SPEC);

      StageRun.Outcome collected = run.run(new CollectStage(), new TreeMap<>(), "first", 1);
      StageRun.Outcome cleaned =
          run.run(
              new CleanStage(), new TreeMap<>(Map.of(Stage.COLLECT, collected.ref())), "first", 1);

      Account collect = collected.manifest().account();
      assertThat(row(collect, "manuals").in()).isEqualTo(1341);
      assertThat(row(collect, "manuals").dropped())
          .containsOnlyKeys("no-main-content", "not-a-response");
      assertThat(row(collect, "manuals").kept()).isBetween(1290L, 1330L);
      assertThat(row(collect, "aozora").kept()).isEqualTo(222);

      Account clean = cleaned.manifest().account();
      assertThat(clean.total().in()).isEqualTo(collect.total().kept());
      assertThat(row(clean, "aozora").kept()).isGreaterThanOrEqualTo(215);
      assertThat(row(clean, "manuals").kept()).isBetween(700L, 800L);
      assertThat(row(clean, "manuals").dropped().get("language")).isBetween(370L, 410L);
      assertThat(cleaned.kept()).extracting(Document::language).containsOnly("en", "ja");
      assertThat(survivors(cleaned)).containsAllEntriesOf(Map.of("ja", true, "en", true));

      // One shard alone, in a fresh place: the same bytes.
      Artifacts artifacts = collected.artifacts();
      assertThat(collected.manifest().objects())
          .containsAll(again(new CollectStage(), new TreeMap<>(), artifacts, sources));
      assertThat(cleaned.manifest().objects())
          .containsAll(
              again(
                  new CleanStage(),
                  new TreeMap<>(Map.of(Stage.COLLECT, collected.ref())),
                  artifacts,
                  sources));
    }
  }

  private static List<ManifestObject> again(
      DataStage stage,
      SortedMap<Stage, ArtifactRef> inputs,
      Artifacts artifacts,
      SchemeSources sources) {
    Workspace workspace = new Workspace(SPEC, stage.stage(), inputs, "second", artifacts, sources);
    return stage.work(workspace, "documents", "manuals-00001", (done, total) -> {}).objects();
  }

  private static Account.Row row(Account account, String source) {
    return Objects.requireNonNull(account.sources().get(source));
  }

  /** Whether most pages of the manual in a language are there, by the folder of their address. */
  private static Map<String, Boolean> survivors(StageRun.Outcome cleaned) {
    Map<String, Long> pages =
        cleaned.kept().stream()
            .map(Document::url)
            .filter(url -> url != null && url.contains("/manual/"))
            .collect(Collectors.groupingBy(url -> url.split("/", -1)[5], Collectors.counting()));
    return Map.of(
        "ja", pages.getOrDefault("ja", 0L) >= 50, "en", pages.getOrDefault("en", 0L) >= 100);
  }
}
