package dev.tatara.activities.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.activities.clean.CleanStage;
import dev.tatara.activities.collect.CollectStage;
import dev.tatara.activities.collect.SchemeSources;
import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.StoreOnDisk;
import dev.tatara.activities.decontaminate.DecontaminateStage;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stages before and after, on the web pages that are shipped and into which copies were put.
 */
class ShippedCorpusTest {
  private static final PipelineSpec SPEC =
      StageRun.spec(
          """
          {"seed":1,"pretrain":{},
           "collect":{"sources":[{"name":"manuals","uri":"file:config/corpus/web-docs-*.warc.gz",
             "format":"warc","license":"Apache-2.0"}]},
           "evaluate":{"tasks":[{"name":"csqa","format":"commonsenseqa",
             "uri":"file:config/corpus/eval/commonsenseqa-dev.jsonl"}]}}
          """);

  private static StoreOnDisk server;
  private static StageRun.Outcome clean;
  private static StageRun.Outcome dedup;
  private static StageRun.Outcome decontaminated;

  @BeforeAll
  static void run(@TempDir Path directory) {
    server = new StoreOnDisk(directory.resolve("s3"));
    Path home = Path.of(Objects.requireNonNull(System.getProperty("tatara.home")));
    StageRun run =
        new StageRun(
            server.store(),
            new SchemeSources(home, directory.resolve("cache"), server.settings(), false),
            SPEC);
    TreeMap<Stage, ArtifactRef> inputs = new TreeMap<>();
    after(run, new CollectStage(), inputs);
    clean = after(run, new CleanStage(), inputs);
    dedup = after(run, new DedupStage(), inputs);
    decontaminated = after(run, new DecontaminateStage(), inputs);
  }

  private static StageRun.Outcome after(
      StageRun run, DataStage stage, TreeMap<Stage, ArtifactRef> inputs) {
    StageRun.Outcome outcome = run.run(stage, inputs, "f1", 1);
    inputs.put(stage.stage(), outcome.ref());
    return outcome;
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void findsTheCopiesThatWerePutIn() throws IOException {
    Set<String> cleaned = addresses(clean.kept());
    Set<String> kept = addresses(dedup.kept());
    List<List<String>> pairs = truth().stream().filter(cleaned::containsAll).toList();
    List<List<String>> missed = pairs.stream().filter(kept::containsAll).toList();

    assertThat(pairs).hasSizeGreaterThan(40);
    assertThat(missed).as("of %d pairs", pairs.size()).isEmpty();
  }

  @Test
  void namesADocumentThatIsReallyKept() {
    Set<String> kept = dedup.kept().stream().map(Document::id).collect(Collectors.toSet());

    assertThat(dedup.dropped())
        .isNotEmpty()
        .allSatisfy(
            rejected ->
                assertThat(kept).contains(rejected.detail().replaceAll("^kept |, sim.*$", "")));
  }

  @Test
  void handsOnEveryDocumentOnce() {
    Map<String, Long> dropped =
        dedup.dropped().stream()
            .collect(Collectors.groupingBy(Rejected::reason, TreeMap::new, Collectors.counting()));

    assertThat(dedup.manifest().account().total().dropped()).isEqualTo(dropped);
    assertThat(dedup.manifest().account().total().in()).isEqualTo(clean.kept().size());
    assertThat(decontaminated.manifest().account().total().in()).isEqualTo(dedup.kept().size());
  }

  @Test
  void findsNoEvaluationItemsInManuals() {
    assertThat(decontaminated.dropped()).extracting(Rejected::detail).isEmpty();
  }

  private static Set<String> addresses(List<Document> documents) {
    Set<String> addresses = new HashSet<>();
    documents.forEach(document -> addresses.add(Objects.requireNonNull(document.url())));
    return addresses;
  }

  private static List<List<String>> truth() throws IOException {
    try (InputStream in =
        ShippedCorpusTest.class.getResourceAsStream("/corpus/web-docs-duplicates.json")) {
      JsonNode list = Json.tree(Objects.requireNonNull(in).readAllBytes());
      return StreamSupport.stream(list.spliterator(), false)
          .map(pair -> List.of(pair.get("original").asText(), pair.get("copy").asText()))
          .toList();
    }
  }
}
