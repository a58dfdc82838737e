package dev.tatara.config.run;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads whole numbers with a decimal suffix: {@code 1500k}, {@code 2.5m}, {@code 3b}. */
public final class Quantity extends StdScalarDeserializer<Long> {
  private static final Pattern SYNTAX = Pattern.compile("(\\d+(?:\\.\\d+)?)([kmb]?)");

  public Quantity() {
    super(Long.class);
  }

  @Override
  public Long deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    String text = parser.getText();
    try {
      return parse(text);
    } catch (IllegalArgumentException e) {
      return (Long) context.handleWeirdStringValue(Long.class, text, "%s", e.getMessage());
    }
  }

  /**
   * The number that the text stands for.
   *
   * @throws IllegalArgumentException if the text is no such number
   */
  public static long parse(String text) {
    Matcher matcher = SYNTAX.matcher(text.trim().toLowerCase(Locale.ROOT).replace("_", ""));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "is \"%s\"; write a whole number, or one like 1500k, 2.5m or 3b".formatted(text));
    }
    double factor =
        switch (matcher.group(2)) {
          case "k" -> 1e3;
          case "m" -> 1e6;
          case "b" -> 1e9;
          default -> 1;
        };
    return Math.round(Double.parseDouble(matcher.group(1)) * factor);
  }
}
