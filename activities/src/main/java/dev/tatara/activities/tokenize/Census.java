package dev.tatara.activities.tokenize;

import dev.tatara.base.document.Document;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How many documents of each language chance held out, and which would be the next. */
record Census(SortedMap<String, Row> languages) {
  Census {
    languages = new TreeMap<>(languages);
  }

  /**
   * @param heldOut documents that chance chose
   * @param next the document with the smallest rank that chance did not choose
   */
  record Row(long documents, long heldOut, @Nullable Candidate next) {
    Row plus(Row other) {
      return new Row(
          documents + other.documents,
          heldOut + other.heldOut,
          Stream.of(next, other.next)
              .flatMap(Stream::ofNullable)
              .min(Comparator.comparing(Candidate::rank).thenComparing(Candidate::id))
              .orElse(null));
    }
  }

  /**
   * @param shard where the document lies
   */
  record Candidate(String rank, String id, String shard) {}

  /** Of the documents of one shard. */
  static Census of(List<Document> documents, String shard, Split split) {
    SortedMap<String, Row> rows = new TreeMap<>();
    for (Document document : documents) {
      Row row =
          split.heldOut(document)
              ? new Row(1, 1, null)
              : new Row(1, 0, new Candidate(split.rank(document.digest()), document.id(), shard));
      rows.merge(Split.language(document), row, Row::plus);
    }
    return new Census(rows);
  }

  Census plus(Census other) {
    SortedMap<String, Row> sum = new TreeMap<>(languages);
    other.languages.forEach((language, row) -> sum.merge(language, row, Row::plus));
    return new Census(sum);
  }

  /**
   * The documents to hold out besides those of chance: one of each language that has two or more
   * documents and none held out.
   */
  List<Candidate> toChoose() {
    return languages.values().stream()
        .filter(row -> row.heldOut() == 0 && row.documents() >= 2)
        .flatMap(row -> Stream.ofNullable(row.next()))
        .toList();
  }

  static SortedSet<String> ids(List<Candidate> candidates) {
    SortedSet<String> ids = new TreeSet<>();
    candidates.forEach(candidate -> ids.add(candidate.id()));
    return ids;
  }
}
