package dev.tatara.activities.clean;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes out lines that speak of the page instead of its subject. C4 takes out every line with the
 * word JavaScript or with a policy; in manuals these are subjects, so here the line must ask for
 * JavaScript, or be about accepting cookies, and be short.
 */
final class NoticeLines {
  private static final int LONGEST = 300;

  private static final Pattern NOTICE =
      Pattern.compile(
          "(?:enable|activate|requires?|need|turn on|disabled|without)\\b.{0,40}\\bjavascript"
              + "|javascript\\b.{0,40}\\b(?:enabled|disabled|required|turned off|not supported)"
              + "|javascript.{0,10}(?:を有効|が無効|が必要)"
              + "|(?:uses?|accept(?:ing)?|our use of) cookies\\b"
              + "|cookies? policy|クッキー(?:を使用|の使用)|cookie\\s*を使用",
          Pattern.CASE_INSENSITIVE);

  private NoticeLines() {}

  /**
   * @param text without those lines
   * @param removed how many there were
   */
  record Result(String text, int removed) {}

  static Result remove(String text) {
    if (!mayHave(text)) {
      return new Result(text, 0);
    }
    List<String> kept = new ArrayList<>();
    int removed = 0;
    for (String line : text.split("\n", -1)) {
      if (line.length() <= LONGEST && NOTICE.matcher(line).find()) {
        removed++;
      } else {
        kept.add(line);
      }
    }
    return new Result(removed == 0 ? text : String.join("\n", kept), removed);
  }

  /** Spares nearly all texts the search line by line. */
  private static boolean mayHave(String text) {
    return text.contains("avascript")
        || text.contains("avaScript")
        || text.contains("AVASCRIPT")
        || text.contains("ookie")
        || text.contains("OOKIE")
        || text.contains("クッキー");
  }
}
