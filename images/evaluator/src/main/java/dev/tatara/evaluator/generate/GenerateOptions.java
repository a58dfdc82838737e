package dev.tatara.evaluator.generate;

import dev.tatara.config.InvalidInputException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the command line of {@code generate} says.
 *
 * @param maxTokens longest answer
 * @param temperature 0 takes the likeliest token always
 * @param topP share of probability that is drawn from, above 0 and at most 1
 * @param chat the prompt is a user's message to answer, not a text to continue
 */
public record GenerateOptions(
    Path model,
    String prompt,
    int maxTokens,
    double temperature,
    double topP,
    long seed,
    boolean chat) {
  private static final String USAGE =
      "generate --model DIR --prompt TEXT [--max-tokens N] [--temperature T] [--top-p P] [--seed S] [--chat]";

  /**
   * Reads the arguments after {@code generate}.
   *
   * @throws InvalidInputException if one is unknown, missing or out of range
   */
  public static GenerateOptions parse(List<String> arguments) {
    Map<String, String> values = new TreeMap<>();
    boolean chat = false;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String name = rest.next();
      switch (name) {
        case "--chat" -> chat = true;
        case "--model", "--prompt", "--max-tokens", "--temperature", "--top-p", "--seed" ->
            values.put(name, value(name, rest));
        default ->
            throw new InvalidInputException("%s is no option; type %s".formatted(name, USAGE));
      }
    }
    return new GenerateOptions(
        Path.of(required(values, "--model")),
        readable(required(values, "--prompt")),
        (int) number(values, "--max-tokens", "128", 1, 1 << 24),
        number(values, "--temperature", "0.8", 0, 100),
        number(values, "--top-p", "0.95", Double.MIN_NORMAL, 1),
        (long) number(values, "--seed", "42", -0x1p53, 0x1p53),
        chat);
  }

  private static String value(String name, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new InvalidInputException("%s needs a value; type %s".formatted(name, USAGE));
    }
    return rest.next();
  }

  private static String required(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null || value.isEmpty()) {
      throw new InvalidInputException("%s is missing; type %s".formatted(name, USAGE));
    }
    return value;
  }

  private static String readable(String prompt) {
    if (prompt.indexOf('\uFFFD') >= 0) {
      throw new InvalidInputException(
          "--prompt has characters that this locale cannot pass on; set LC_ALL=C.UTF-8 and try again");
    }
    return prompt;
  }

  private static double number(
      Map<String, String> values, String name, String fallback, double least, double most) {
    String text = values.getOrDefault(name, fallback);
    double value;
    try {
      value = fallback.contains(".") ? Double.parseDouble(text) : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "%s is \"%s\"; give a number, for example %s %s".formatted(name, text, name, fallback),
          e);
    }
    if (!(value >= least && value <= most)) {
      throw new InvalidInputException(
          "%s is %s, out of range; give a number such as %s %s"
              .formatted(name, text, name, fallback));
    }
    return value;
  }
}
