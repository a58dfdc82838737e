package dev.tatara.activities.extract;

import org.jspecify.annotations.Nullable;

/** What came of a page. */
public sealed interface Extraction {
  /**
   * A page with main content.
   *
   * @param title of the document, if it has one
   * @param language ISO 639-1 code that the page declares, if any
   * @param text main content; paragraphs are separated by blank lines, whitespace of code is kept
   */
  record Page(@Nullable String title, @Nullable String language, String text)
      implements Extraction {}

  /**
   * A page that gives no text.
   *
   * @param reason {@code no-main-content} or {@code too-large}
   * @param detail the figure that decided, for people
   */
  record Nothing(String reason, String detail) implements Extraction {}
}
