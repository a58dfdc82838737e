package dev.tatara.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Takes credentials out of text that goes to people. */
public record Secrets(List<String> values) {
  private static final int SHORTEST = 4;

  public Secrets {
    values = List.copyOf(values);
  }

  /** Those of a process, told by the names of its variables. */
  public static Secrets of(Map<String, String> environment) {
    return new Secrets(
        environment.entrySet().stream()
            .filter(entry -> isSecret(entry.getKey()) && entry.getValue().length() >= SHORTEST)
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

  /** The text, with {@code ***} in the place of each. */
  public String removedFrom(String text) {
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
