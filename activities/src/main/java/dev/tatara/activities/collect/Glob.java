package dev.tatara.activities.collect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** The last part of a URI, in which {@code *} stands for any characters. */
record Glob(String pattern) {
  private static final int SHOWN = 3;

  boolean isPlain() {
    return pattern.indexOf('*') < 0;
  }

  boolean matches(String name) {
    StringBuilder regex = new StringBuilder();
    for (String literal : pattern.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
    }
    return Pattern.matches(regex.toString(), name);
  }

  /** A sentence on what is there instead, the nearest names first. */
  String nearest(List<String> names) {
    if (names.isEmpty()) {
      return "it is empty";
    }
    List<String> sorted = new ArrayList<>(names);
    sorted.sort(
        Comparator.<String>comparingInt(name -> distance(pattern.replace("*", ""), name))
            .thenComparing(Comparator.naturalOrder()));
    String more = names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "";
    return "nearest there: "
        + String.join(", ", sorted.subList(0, Math.min(SHOWN, sorted.size())))
        + more;
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
