package dev.tatara.activities.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.Words;
import dev.tatara.base.document.Document;
import dev.tatara.config.Json;
import dev.tatara.config.run.DedupConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;
import org.netpreserve.jwarc.WarcResponse;

/** The shipped web pages, into which duplicates were injected, against the list of those. */
class InjectedDuplicatesTest {
  private static final Path CORPUS =
      Path.of(Objects.requireNonNull(System.getProperty("tatara.home")), "config/corpus");

  /** Pages by address, with all of their visible text. */
  private static final Map<String, Document> pages = new LinkedHashMap<>();

  /** Drops by the address of the dropped page. */
  private static final Map<String, Drop> drops = new LinkedHashMap<>();

  @BeforeAll
  static void search() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".warc.gz")).sorted().toList()) {
        read(file);
      }
    }
    List<Document> documents = List.copyOf(pages.values());
    Signer signer = new Signer(DedupConfig.DEFAULT.minhash());
    List<Signature> signatures = documents.stream().map(signer::sign).toList();
    new DuplicateSearch(DedupConfig.DEFAULT)
        .clusters(signatures::forEach).stream()
            .flatMap(cluster -> cluster.drops().stream())
            .forEach(drop -> drops.put(documents.get(drop.position()).id(), drop));
  }

  private static void read(Path file) throws IOException {
    try (WarcReader reader = new WarcReader(file)) {
      for (WarcRecord record : reader) {
        if (record instanceof WarcResponse response) {
          byte[] html = response.http().body().stream().readAllBytes();
          String text = Jsoup.parse(new String(html, StandardCharsets.UTF_8)).body().text();
          pages.put(response.target(), StageRun.document(response.target(), text));
        }
      }
    }
  }

  @Test
  void findsTheInjectedPairs() throws IOException {
    // The list is of a larger crawl: of 79 pairs, 52 are there with both pages.
    List<JsonNode> pairs = truth().filter(pair -> pages.keySet().containsAll(both(pair))).toList();
    List<JsonNode> missed =
        pairs.stream().filter(pair -> both(pair).stream().noneMatch(drops::containsKey)).toList();

    assertThat(pairs).hasSizeGreaterThan(50);
    assertThat(missed).as("missed of %d pairs", pairs.size()).hasSizeLessThan(pairs.size() / 50);
  }

  @Test
  void keepsOneOfEachInjectedPair() throws IOException {
    assertThat(truth().filter(pair -> pages.keySet().containsAll(both(pair))))
        .noneMatch(pair -> drops.keySet().containsAll(both(pair)));
  }

  @Test
  void dropsOnlyPagesThatReallyShareMostShingles() {
    drops.forEach(
        (address, drop) ->
            assertThat(jaccard(address, drop.kept()))
                .as("%s, %s", address, drop.detail())
                .isGreaterThan(0.75));
  }

  @Test
  void dropsLittleElse() throws IOException {
    Set<String> injected = new HashSet<>();
    truth().forEach(pair -> injected.addAll(both(pair)));

    // These are pages that two packages share, and lists of directives that hardly have words.
    assertThat(drops.keySet().stream().filter(address -> !injected.contains(address)))
        .hasSizeLessThan(20);
  }

  private static Stream<JsonNode> truth() throws IOException {
    try (InputStream in =
        InjectedDuplicatesTest.class.getResourceAsStream("/corpus/web-docs-duplicates.json")) {
      JsonNode list = Json.tree(Objects.requireNonNull(in).readAllBytes());
      return StreamSupport.stream(list.spliterator(), false);
    }
  }

  private static List<String> both(JsonNode pair) {
    return List.of(pair.get("original").asText(), pair.get("copy").asText());
  }

  private static double jaccard(String one, String other) {
    Set<Long> union = shingles(one);
    Set<Long> shared = new HashSet<>(union);
    Set<Long> others = shingles(other);
    shared.retainAll(others);
    union.addAll(others);
    return (double) shared.size() / union.size();
  }

  private static Set<Long> shingles(String address) {
    String text = Objects.requireNonNull(pages.get(address)).text();
    Set<Long> shingles = new HashSet<>();
    LongStream.of(Words.of(text).grams(5)).forEach(shingles::add);
    return shingles;
  }
}
