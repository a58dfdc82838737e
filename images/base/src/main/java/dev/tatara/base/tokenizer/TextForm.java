package dev.tatara.base.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Unicode normal form that text is brought to before it is cut into tokens: that of Unicode
 * 9.0, which the reference (unicode-normalization-alignments 0.1.12 in Hugging Face tokenizers)
 * knows. It is pinned, for each JDK knows more characters, and a text must give the same tokens on
 * all of them: characters that the table lacks stay as they are, and nothing is composed or
 * reordered across them. What Unicode has once defined for a character it never changes.
 */
public enum TextForm {
  /** Text stays as it is. */
  AS_IS(null),
  NFC(Normalizer.Form.NFC),
  NFKC(Normalizer.Form.NFKC);

  private static final String TABLE = "normalization-9.0.txt";

  private final Normalizer.@Nullable Form form;

  TextForm(Normalizer.@Nullable Form form) {
    this.form = form;
  }

  /** The text in this form. */
  String of(String text) {
    if (form == null || Normalizer.isNormalized(text, form)) {
      return text;
    }
    StringBuilder normal = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      boolean known = Known.CHARACTERS.get(text.codePointAt(at));
      int end = at;
      while (end < text.length() && Known.CHARACTERS.get(text.codePointAt(end)) == known) {
        end += Character.charCount(text.codePointAt(end));
      }
      String piece = text.substring(at, end);
      normal.append(known ? Normalizer.normalize(piece, form) : piece);
      at = end;
    }
    return normal.toString();
  }

  /** Loaded when a text is not in normal form, which is seldom. */
  private static final class Known {
    static final BitSet CHARACTERS = load();

    private static BitSet load() {
      BitSet characters = new BitSet(Character.MAX_CODE_POINT + 1);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  Objects.requireNonNull(TextForm.class.getResourceAsStream(TABLE)),
                  StandardCharsets.UTF_8))) {
        lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> fill(characters, line));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return characters;
    }

    private static void fill(BitSet characters, String line) {
      int gap = line.indexOf(' ');
      int first = Integer.parseInt(line.substring(0, gap), 16);
      int last = Integer.parseInt(line.substring(gap + 1), 16);
      characters.set(first, last + 1);
    }
  }
}
