package dev.tatara.base.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DocumentShardTest {
  private static Document document(Map<String, Double> scores) {
    return new Document(
        "web:1",
        "web",
        null,
        "MIT",
        "00ff",
        "タイトル",
        "ja",
        new TreeMap<>(scores),
        "本文\n\n😀 \"x\"\u2028");
  }

  @Test
  void readsWhatItWrote() {
    List<Document> documents =
        List.of(document(Map.of("words", 3.5)), document(Map.of()).withText(""));

    assertThat(DocumentShard.read(DocumentShard.write(documents), Document.class))
        .isEqualTo(documents);
    assertThat(DocumentShard.read(DocumentShard.write(List.of()), Document.class)).isEmpty();
  }

  @Test
  void equalRecordsGiveEqualBytes() {
    Document one = document(Map.of()).withScores(Map.of("b", 1.0)).withScores(Map.of("a", 2.0));
    Document other = document(Map.of()).withScores(Map.of("a", 2.0)).withScores(Map.of("b", 1.0));

    assertThat(DocumentShard.write(List.of(one))).isEqualTo(DocumentShard.write(List.of(other)));
  }

  @Test
  void damageIsAnErrorAndNeverAShorterShard() {
    byte[] whole = DocumentShard.write(List.of(document(Map.of()), document(Map.of())));

    assertThatThrownBy(
            () -> DocumentShard.read(Arrays.copyOf(whole, whole.length - 4), Document.class))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be read");
  }
}
