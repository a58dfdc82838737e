package dev.tatara.activities.collect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mozilla.universalchardet.UniversalDetector;

/**
 * Finds the charset of a page: byte order mark, HTTP header, meta element, detection; the first
 * that fits all bytes wins, since headers and meta elements are often wrong.
 */
final class Charsets {
  /** Where a meta element must be found (HTML standard, 13.2.3.2 allows 1024). */
  private static final int META_BYTES = 4096;

  private static final Pattern META =
      Pattern.compile(
          "(?:charset|encoding)\\s*=\\s*[\"']?\\s*([\\w:.-]+)", Pattern.CASE_INSENSITIVE);

  /** Labels that browsers read as a superset (Encoding standard, 4.2). */
  private static final Map<String, String> SUPERSETS =
      Map.of(
          "iso-8859-1", "windows-1252",
          "latin1", "windows-1252",
          "us-ascii", "windows-1252",
          "ascii", "windows-1252",
          "iso-8859-9", "windows-1254",
          "shift_jis", "windows-31j",
          "x-sjis", "windows-31j",
          "gb2312", "GB18030",
          "gbk", "GB18030",
          "euc-kr", "x-windows-949");

  private Charsets() {}

  static String decode(byte[] page, @Nullable String header) {
    Set<Charset> candidates = new LinkedHashSet<>();
    mark(page).ifPresent(candidates::add);
    if (header != null) {
      named(header).ifPresent(candidates::add);
    }
    meta(page).ifPresent(candidates::add);
    candidates.add(StandardCharsets.UTF_8);
    for (Charset candidate : candidates) {
      Optional<String> text = strictly(page, candidate);
      if (text.isPresent()) {
        return text.get();
      }
    }
    Charset guess = detected(page).orElse(candidates.iterator().next());
    return withoutMark(new String(page, guess));
  }

  private static Optional<Charset> mark(byte[] page) {
    if (startsWith(page, 0xEF, 0xBB, 0xBF)) {
      return Optional.of(StandardCharsets.UTF_8);
    }
    if (startsWith(page, 0xFE, 0xFF)) {
      return Optional.of(StandardCharsets.UTF_16BE);
    }
    return startsWith(page, 0xFF, 0xFE) ? Optional.of(StandardCharsets.UTF_16LE) : Optional.empty();
  }

  private static boolean startsWith(byte[] page, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= page.length || (page[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Charset> meta(byte[] page) {
    int length = Math.min(page.length, META_BYTES);
    Matcher matcher = META.matcher(new String(page, 0, length, StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      return Optional.empty();
    }
    // A page whose ASCII could be read cannot be in UTF-16, whatever it says.
    return named(matcher.group(1)).filter(charset -> !charset.name().startsWith("UTF-16"));
  }

  private static Optional<Charset> detected(byte[] page) {
    UniversalDetector detector = new UniversalDetector();
    detector.handleData(page, 0, page.length);
    detector.dataEnd();
    String name = detector.getDetectedCharset();
    return name == null ? Optional.empty() : named(name);
  }

  private static Optional<Charset> named(String label) {
    String lower = label.strip().toLowerCase(Locale.ROOT);
    try {
      return Optional.of(Charset.forName(SUPERSETS.getOrDefault(lower, lower)));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> strictly(byte[] page, Charset charset) {
    try {
      return Optional.of(
          withoutMark(charset.newDecoder().decode(ByteBuffer.wrap(page)).toString()));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }
}
