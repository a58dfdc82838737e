package dev.tatara.k8s;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Takes credentials out of text that goes to people. */
record Secrets(List<String> values) {
  static Secrets of(Map<String, String> environment) {
    return new Secrets(
        environment.entrySet().stream()
            .filter(entry -> isSecret(entry.getKey()) && entry.getValue().length() >= 4)
            .map(Map.Entry::getValue)
            .toList());
  }

  private static boolean isSecret(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.contains("SECRET")
        || upper.contains("PASSWORD")
        || upper.contains("TOKEN")
        || upper.endsWith("KEY_ID")
        || upper.endsWith("KEY");
  }

  String removedFrom(String text) {
    String clean = text;
    for (String value : values) {
      clean = clean.replace(value, "***");
    }
    return clean;
  }

  /** Not the values. */
  @Override
  public String toString() {
    return values.size() + " secrets";
  }
}
