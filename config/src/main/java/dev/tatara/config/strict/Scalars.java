package dev.tatara.config.strict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares single values with their shapes. */
final class Scalars {
  private final Problems problems;

  Scalars(Problems problems) {
    this.problems = problems;
  }

  /** The value as Java will see it, or empty if it is wrong. */
  Optional<JsonNode> value(JsonNode node, Shape shape, String path) {
    if (shape instanceof Shape.Text text) {
      return text(node, text, path);
    }
    if (shape instanceof Shape.Choice choice) {
      return choice(node, choice, path);
    }
    if (shape instanceof Shape.Flag) {
      return node.isBoolean()
          ? Optional.of(node)
          : wrong(path, node, "must be true or false", "write true or false, without quotes");
    }
    if (shape instanceof Shape.Decimal decimal) {
      return node.isNumber()
          ? within(node, decimal.range(), path)
          : wrong(path, node, "must be a number", "write one like 0.5, without quotes");
    }
    return whole(node, (Shape.Whole) shape, path);
  }

  private Optional<JsonNode> text(JsonNode node, Shape.Text shape, String path) {
    if (!node.isTextual()) {
      String quoted = node.isValueNode() ? "put it in quotes" : "write a word";
      return wrong(path, node, "must be a text", quoted);
    }
    Matches matches = shape.matches();
    if (matches != null && !node.textValue().matches(matches.regex())) {
      return wrong(path, node, matches.rule(), "write, for example, " + matches.example());
    }
    return Optional.of(node);
  }

  private Optional<JsonNode> choice(JsonNode node, Shape.Choice shape, String path) {
    if (node.isTextual() && shape.words().contains(node.textValue())) {
      return Optional.of(node);
    }
    String remedy =
        Nearest.to(node.asText(), shape.words())
            .map(nearest -> "did you mean " + nearest + "?")
            .orElse("write one of these words");
    return wrong(path, node, "must be one of " + String.join(", ", shape.words()), remedy);
  }

  private Optional<JsonNode> whole(JsonNode node, Shape.Whole shape, String path) {
    WrittenNumber written = shape.written();
    if (written != null && (node.isTextual() || node.isNumber())) {
      try {
        String text = node.isNumber() ? node.decimalValue().toPlainString() : node.textValue();
        return within(LongNode.valueOf(written.number(text)), shape.range(), path);
      } catch (IllegalArgumentException e) {
        return wrong(
            path, node, "must be " + written.rule(), "write, for example, " + written.example());
      }
    }
    if (!node.isIntegralNumber()) {
      return wrong(path, node, "must be a whole number", "write one like 2, without quotes");
    }
    boolean fits = shape.bits() == Integer.SIZE ? node.canConvertToInt() : node.canConvertToLong();
    if (!fits) {
      long most = shape.bits() == Integer.SIZE ? Integer.MAX_VALUE : Long.MAX_VALUE;
      return wrong(path, node, "must be at most " + most, "write a smaller number");
    }
    return within(node, shape.range(), path);
  }

  private Optional<JsonNode> within(JsonNode node, @Nullable Range range, String path) {
    double value = node.doubleValue();
    if (range == null
        || (value >= range.min()
            && value <= range.max()
            && value > range.above()
            && value < range.below())) {
      return Optional.of(node);
    }
    return wrong(path, node, "must be " + words(range), "write a number in this range");
  }

  /** A range in words: {@code at least 0 and below 1}. */
  static String words(Range range) {
    String low =
        Double.isFinite(range.min())
            ? "at least " + plain(range.min())
            : Double.isFinite(range.above()) ? "above " + plain(range.above()) : "";
    String high =
        Double.isFinite(range.max())
            ? "at most " + plain(range.max())
            : Double.isFinite(range.below()) ? "below " + plain(range.below()) : "";
    return low + (low.isEmpty() || high.isEmpty() ? "" : " and ") + high;
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  /** How a key could be written. */
  static String example(String name, Shape shape) {
    if (shape instanceof Shape.Text text) {
      return text.matches() == null ? name : name + ": " + text.matches().example();
    }
    if (shape instanceof Shape.Choice choice) {
      return name + ": " + choice.words().get(0);
    }
    if (shape instanceof Shape.Keys keys) {
      return "\"" + name + ":\" with its keys " + String.join(", ", keys.keys().keySet());
    }
    if (shape instanceof Shape.Items) {
      return "\"" + name + ":\" with its items, each beginning with \"- \"";
    }
    return shape instanceof Shape.Flag ? name + ": true" : name + ": 1";
  }

  private Optional<JsonNode> wrong(String path, JsonNode node, String rule, String remedy) {
    if (problems.clear(path)) {
      problems.add(path, StrictReader.describe(node), rule, remedy);
    }
    return Optional.empty();
  }
}
