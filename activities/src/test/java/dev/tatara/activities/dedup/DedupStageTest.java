package dev.tatara.activities.dedup;

import static dev.tatara.activities.data.StageRun.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.tatara.activities.data.NoSources;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.StoreOnDisk;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DedupStageTest {
  private static final String STORY =
      numbered("the man", 0, 100); // 300 words, all shingles different

  private static StoreOnDisk server;

  @BeforeAll
  static void start(@TempDir Path directory) {
    server = new StoreOnDisk(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void keepsTheLongestOfTheSameTextAndSaysWhich() {
    var outcome =
        dedup(
            "{}",
            List.of(document("a:1", STORY), document("a:2", numbered("a woman", 0, 80))),
            List.of(document("b:1", STORY.replace(" ", "\n\n ")), document("b:2", "short")));

    assertThat(ids(outcome.kept())).containsExactly("a:2", "b:1", "b:2");
    assertThat(outcome.dropped())
        .singleElement()
        .returns("exact-duplicate", Rejected::reason)
        .returns("kept b:1, similarity 1.000", Rejected::detail)
        .returns("a:1", rejected -> rejected.document().id());
  }

  @Test
  void dropsNearDuplicatesInEnglishAndJapanese() {
    String tale =
        IntStream.range(0, 100)
            .mapToObj(i -> Character.toString(0x4e00 + 37 * i) + "の" + (char) (0x5000 + i))
            .collect(Collectors.joining());
    var outcome =
        dedup(
            "{}",
            List.of(document("a:1", STORY), document("a:2", tale)),
            List.of(document("b:1", STORY + " end"), document("b:2", tale + "。終わり")));

    assertThat(ids(outcome.kept())).containsExactly("b:1", "b:2");
    assertThat(outcome.dropped()).extracting(Rejected::reason).containsOnly("near-duplicate");
    assertThat(outcome.dropped().get(0).detail()).matches("kept b:1, similarity (0\\.9|1\\.0).*");
  }

  @Test
  void prefersTheSmallerIdAmongEquallyLongTexts() {
    var outcome =
        dedup("{}", List.of(document("z:1", STORY)), List.of(document("c:1", STORY)), List.of());

    assertThat(ids(outcome.kept())).containsExactly("c:1");
  }

  @Test
  void keepsADocumentThatIsLinkedOnlyThroughOthers() {
    // 9 % of the words change at each step: neighbours are similar, the two ends are not
    Document left = document("a:1", numbered("the man", 0, 100));
    Document middle = document("a:2", numbered("the man", 9, 108));
    Document right = document("a:3", numbered("the man", 18, 119));

    var outcome = dedup("{}", List.of(left, middle, right));

    assertThat(ids(outcome.kept())).containsExactly("a:1", "a:3");
    assertThat(outcome.dropped())
        .singleElement()
        .satisfies(rejected -> assertThat(rejected.detail()).startsWith("kept a:"));
  }

  @Test
  void namesAKeptDocumentForCopiesOfADroppedOne() {
    var outcome =
        dedup(
            "{}",
            List.of(document("a:1", STORY), document("a:2", STORY)),
            List.of(document("b:1", STORY + " and the end")));

    assertThat(ids(outcome.kept())).containsExactly("b:1");
    assertThat(outcome.dropped())
        .hasSize(2)
        .allSatisfy(
            rejected -> {
              assertThat(rejected.reason()).isEqualTo("near-duplicate");
              assertThat(rejected.detail()).startsWith("kept b:1");
            });
  }

  @Test
  void doesWhatTheConfigurationLeavesOn() {
    List<Document> documents =
        List.of(
            document("a:1", STORY), document("a:2", STORY), document("a:3", STORY + " the end"));

    assertThat(ids(dedup("{\"minhash\":{\"enabled\":false}}", documents).kept()))
        .containsExactly("a:1", "a:3");
    assertThat(ids(dedup("{\"exact\":false,\"minhash\":{\"enabled\":false}}", documents).kept()))
        .containsExactly("a:1", "a:2", "a:3");
    assertThat(dedup("{\"exact\":false}", documents).dropped())
        .extracting(Rejected::reason)
        .containsExactly("near-duplicate", "near-duplicate");
  }

  @Test
  void accountsForEveryDocumentBySource() {
    var outcome =
        dedup(
            "{}",
            List.of(document("a:1", STORY), document("b:1", STORY), document("b:2", "")),
            List.of(document("b:3", "")));

    Account account = outcome.manifest().account();
    assertThat(account.sources())
        .hasEntrySatisfying("a", row -> assertThat(row.kept()).isEqualTo(1))
        .hasEntrySatisfying(
            "b", row -> assertThat(row.dropped()).containsExactly(entry("exact-duplicate", 2L)));
    assertThat(outcome.manifest().counts())
        .containsEntry("documents", 2L)
        .containsEntry("bytes", (long) STORY.length())
        .containsEntry("clusters", 2L);
  }

  @Test
  void givesTheSameBytesForAnyOrderOfShards() {
    TreeMap<String, List<Document>> shards = new TreeMap<>();
    for (int shard = 0; shard < 5; shard++) {
      int first = shard;
      shards.put(
          "s-0000" + shard,
          IntStream.range(0, 20)
              .mapToObj(i -> document("s:" + first + "-" + i, variant(first, i)))
              .toList());
    }

    String one = Long.toHexString(1);
    var forward = run("{}", shards, "f" + one, 1);
    var backward = run("{}", shards, "b" + one, 99);

    assertThat(forward.dropped()).hasSizeGreaterThan(30);
    assertThat(forward.manifest().objects()).isEqualTo(backward.manifest().objects());
  }

  private static String variant(int shard, int i) {
    return numbered("story " + (i % 10), 0, 100 + shard) + (i % 3 == 0 ? "" : " and more");
  }

  /** Words that do not repeat: {@code the man 7 the man 8 …}. */
  private static String numbered(String words, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> words + " " + i)
        .collect(Collectors.joining(" "));
  }

  private static List<String> ids(List<Document> documents) {
    return documents.stream().map(Document::id).toList();
  }

  @SafeVarargs
  private static StageRun.Outcome dedup(String config, List<Document>... shards) {
    TreeMap<String, List<Document>> named = new TreeMap<>();
    for (List<Document> shard : shards) {
      named.put("s-0000" + named.size(), shard);
    }
    return run(config, named, Json.digest(List.of(config, named)), 1);
  }

  private static StageRun.Outcome run(
      String config, TreeMap<String, List<Document>> shards, String fingerprint, long order) {
    StageRun run =
        new StageRun(
            server.store(),
            new NoSources(),
            StageRun.spec(
                "{\"seed\":1,\"collect\":{},\"pretrain\":{},\"dedup\":%s}".formatted(config)));
    ArtifactRef clean = run.given(Stage.CLEAN, shards);
    return run.run(new DedupStage(), new TreeMap<>(Map.of(Stage.CLEAN, clean)), fingerprint, order);
  }
}
