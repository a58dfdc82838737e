package dev.tatara.activities.clean;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Tells the language of a text with fastText's {@code lid.176.ftz} (176 languages), in plain Java:
 * the mean of the rows of all words and character n-grams, then hierarchical softmax. Thread-safe.
 */
public final class LanguageModel {
  private static final int MAGIC = 793_712_314;
  private static final int VERSION = 12;
  private static final int HIERARCHICAL_SOFTMAX = 1;

  private final int columns;
  private final FastTextDictionary dictionary;
  private final QuantizedMatrix input;
  private final float[] output;
  private final LabelTree tree;

  private LanguageModel(LittleEndian in) throws IOException {
    expect("magic number", in.int32(), MAGIC);
    expect("version", in.int32(), VERSION);
    columns = in.int32();
    skip(in, 4); // window, epochs, minimum count, negatives
    expect("word n-grams", in.int32(), 1);
    expect("loss", in.int32(), HIERARCHICAL_SOFTMAX);
    in.int32(); // supervised
    int buckets = in.int32();
    int minN = in.int32();
    int maxN = in.int32();
    in.int32(); // learning rate schedule
    in.float64(); // sampling threshold
    dictionary = new FastTextDictionary(in, buckets, minN, maxN);
    expect("quantised input", in.bool() ? 1 : 0, 1);
    input = new QuantizedMatrix(in);
    expect("quantised output", in.bool() ? 1 : 0, 0);
    int rows = Math.toIntExact(in.int64());
    output = in.floats(rows * Math.toIntExact(in.int64()));
    tree = new LabelTree(dictionary.labelCounts());
  }

  private static void skip(LittleEndian in, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      in.int32();
    }
  }

  private static void expect(String what, int found, int expected) throws IOException {
    if (found != expected) {
      throw new IOException(
          "%s of the language model is %d, expected %d".formatted(what, found, expected));
    }
  }

  /** The model that comes with this class. */
  public static LanguageModel bundled() {
    return Bundled.MODEL;
  }

  private static final class Bundled {
    static final LanguageModel MODEL = load();

    private static LanguageModel load() {
      try (InputStream in = LanguageModel.class.getResourceAsStream("lid.176.ftz")) {
        if (in == null) {
          throw new IllegalStateException("lid.176.ftz is not beside LanguageModel in its jar");
        }
        return new LanguageModel(
            new LittleEndian(new DataInputStream(new BufferedInputStream(in, 1 << 16))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The most probable language; line ends count as spaces. */
  public Guess guess(String text) {
    float[] sum = new float[columns];
    int[] rows = {0};
    dictionary.rows(
        text.getBytes(StandardCharsets.UTF_8),
        row -> {
          input.addRow(row, sum);
          rows[0]++;
        });
    if (rows[0] == 0) {
      return new Guess("und", 0);
    }
    for (int i = 0; i < columns; i++) {
      sum[i] /= rows[0];
    }
    LabelTree.Best best = tree.best(sum, output);
    return new Guess(dictionary.labels().get(best.leaf()), best.probability());
  }

  /**
   * The model's answer.
   *
   * @param language ISO 639-1 code, 639-3 where there is none, {@code und} if there is nothing to
   *     go by
   * @param probability 0 to 1
   */
  public record Guess(String language, double probability) {}
}
