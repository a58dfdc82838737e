package dev.tatara.base.tokenizer;

import java.nio.charset.StandardCharsets;

/** Makes text of what is none: half surrogate pairs and broken UTF-8 become U+FFFD. */
final class BrokenText {
  private static final char REPLACEMENT = '\uFFFD';

  private BrokenText() {}

  /**
   * Half a surrogate pair has no UTF-8; it becomes U+FFFD, as decoders of broken UTF-8 do it. (Java
   * would write a question mark, which is text.)
   */
  static String wellFormed(String text) {
    for (int at = 0; at < text.length(); at++) {
      if (Character.isSurrogate(text.charAt(at))) {
        return replaceLoneSurrogates(text, at);
      }
    }
    return text;
  }

  private static String replaceLoneSurrogates(String text, int from) {
    StringBuilder whole = new StringBuilder(text);
    for (int at = from; at < text.length(); at++) {
      if (!Character.isSurrogate(text.charAt(at))) {
        continue;
      }
      if (Character.charCount(text.codePointAt(at)) == 2) {
        at++;
      } else {
        whole.setCharAt(at, REPLACEMENT);
      }
    }
    return whole.toString();
  }

  /** UTF-8 to text; what is broken gives U+FFFD per maximal subpart (Unicode, section 3.9). */
  static String decode(byte[] utf8) {
    for (int at = 0; at + 1 < utf8.length; at++) {
      // Java takes a surrogate in UTF-8 for one subpart instead of three: break it for Java.
      if (utf8[at] == (byte) 0xED && (utf8[at + 1] & 0xE0) == 0xA0) {
        utf8[at] = (byte) 0xFF;
      }
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
