package dev.tatara.cli.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** HTML and SVG under construction. All text and attribute values are escaped. */
final class Html {
  private final StringBuilder out = new StringBuilder(1 << 16);
  private final Deque<String> open = new ArrayDeque<>();

  /** Begins an element; attributes are names and values by turns. */
  Html open(String tag, String... attributes) {
    tag(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Ends the element that was opened last. */
  Html close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /** An element with only text in it. */
  Html leaf(String tag, Object text, String... attributes) {
    tag(tag, attributes);
    out.append('>').append(escape(String.valueOf(text))).append("</").append(tag).append('>');
    return this;
  }

  /** An element without content, as in SVG. */
  Html empty(String tag, String... attributes) {
    tag(tag, attributes);
    out.append("/>");
    return this;
  }

  Html text(Object text) {
    out.append(escape(String.valueOf(text)));
    return this;
  }

  /** Inserts our own style sheet, the only part that is not escaped. */
  Html style(String css) {
    out.append("<style>").append(css).append("</style>\n");
    return this;
  }

  private void tag(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i + 1 < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"").append(escape(attributes[i + 1]));
      out.append('"');
    }
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> {
          // Control characters are not allowed in HTML, not even escaped.
          boolean control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
          escaped.append(control ? '\uFFFD' : c);
        }
      }
    }
    return escaped.toString();
  }

  /** The page; every element is closed. */
  String page() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("the report left open: " + open);
    }
    return "<!doctype html>\n" + out;
  }
}
