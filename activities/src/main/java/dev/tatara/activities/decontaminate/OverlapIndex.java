package dev.tatara.activities.decontaminate;

import dev.tatara.activities.data.Words;
import dev.tatara.activities.evaluate.TaskItem;
import dev.tatara.config.run.DecontaminateConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds items of evaluation tasks in documents. Each run of words that is looked for is filed under
 * the hash of its first few words; a document is hashed once per writing system at that length, and
 * only where the hash is known the whole run is compared, word by word. About 100 bytes per run.
 */
final class OverlapIndex {
  /** Shortest run that is looked for: items with fewer words are not. */
  private static final int SHORTEST = 8;

  /** The same in characters of Japanese and Chinese. */
  private static final int SHORTEST_UNSPACED = 12;

  private final Runs spaced;
  private final Runs unspaced;

  OverlapIndex(DecontaminateConfig config) {
    spaced = new Runs("words", config.ngram(), SHORTEST);
    unspaced = new Runs("characters", config.cjkNgram(), SHORTEST_UNSPACED);
  }

  /**
   * What a document has in common with an item.
   *
   * @param length of the common run that was found first
   * @param unit {@code words} or {@code characters}
   */
  record Overlap(String task, String item, int length, String unit) {}

  /** Files an item of a task. */
  void add(String task, TaskItem item) {
    add(task, item.id(), item.question());
    add(task, item.id(), item.question() + "\n" + String.join("\n", item.choices()));
  }

  private void add(String task, String item, String text) {
    Words words = Words.of(text);
    (words.mostlyUnspaced() ? unspaced : spaced).add(task, item, words);
  }

  /** The first item that the text overlaps with, if any. */
  Optional<Overlap> find(String text) {
    Words words = Words.of(text);
    return spaced.find(words).or(() -> unspaced.find(words));
  }

  /** Runs of one writing system. */
  private static final class Runs {
    private final String unit;
    private final int size;
    private final int shortest;
    private final Map<Long, List<Run>> byFirstWords = new HashMap<>();

    Runs(String unit, int size, int shortest) {
      this.unit = unit;
      this.size = size;
      this.shortest = Math.min(shortest, size);
    }

    /** Words {@code from} to {@code from + length − 1} of an item. */
    private record Run(String task, String item, Words words, int from, int length) {
      boolean isAt(Words document, int position) {
        if (position + length > document.count()) {
          return false;
        }
        for (int i = 0; i < length; i++) {
          if (document.at(position + i) != words.at(from + i)) {
            return false;
          }
        }
        return true;
      }
    }

    void add(String task, String item, Words words) {
      int length = Math.min(size, words.count());
      long[] firstWords = words.grams(shortest);
      for (int from = 0; from + length <= words.count() && from < firstWords.length; from++) {
        byFirstWords
            .computeIfAbsent(firstWords[from], hash -> new ArrayList<>(1))
            .add(new Run(task, item, words, from, length));
      }
    }

    Optional<Overlap> find(Words document) {
      long[] grams = document.grams(shortest);
      for (int position = 0; position < grams.length; position++) {
        for (Run run : byFirstWords.getOrDefault(grams[position], List.of())) {
          if (run.isAt(document, position)) {
            return Optional.of(new Overlap(run.task(), run.item(), run.length(), unit));
          }
        }
      }
      return Optional.empty();
    }
  }
}
