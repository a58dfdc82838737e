package dev.tatara.config.run;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import dev.tatara.config.strict.WrittenNumber;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads whole numbers with a decimal suffix: {@code 1500k}, {@code 2.5m}, {@code 3b}. */
public final class Quantity extends StdScalarDeserializer<Long> implements WrittenNumber {
  private static final Pattern SYNTAX =
      Pattern.compile("([0-9][0-9_]{0,40}(?:\\.[0-9]{1,20})?)([kKmMbB]?)");

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
    Matcher matcher = SYNTAX.matcher(text.trim());
    if (!matcher.matches()) {
      throw unreadable(text);
    }
    int zeros =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "k" -> 3;
          case "m" -> 6;
          case "b" -> 9;
          default -> 0;
        };
    try {
      return new BigDecimal(matcher.group(1).replace("_", ""))
          .scaleByPowerOfTen(zeros)
          .longValueExact();
    } catch (ArithmeticException e) {
      throw unreadable(text); // a fraction is left, or more than 64 bits
    }
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "is \"%s\"; write a whole number, or one like 1500k, 2.5m or 3b".formatted(text));
  }

  @Override
  public long number(String text) {
    return parse(text);
  }

  @Override
  public String pattern() {
    return SYNTAX.pattern();
  }

  @Override
  public String rule() {
    return "a whole number below 2^63, also with k, m or b for thousands, millions or billions";
  }

  @Override
  public String example() {
    return "1500k";
  }
}
