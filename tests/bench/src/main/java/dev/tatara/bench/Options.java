package dev.tatara.bench;

import dev.tatara.config.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Arguments of the form {@code name=value}. */
record Options(Map<String, String> values) {
  static Options of(String[] arguments, List<String> known) {
    Map<String, String> values = new TreeMap<>();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair.length < 2 || !known.contains(pair[0])) {
        throw new InvalidInputException(
            "the argument is \"%s\"; write name=value, with a name of %s"
                .formatted(argument, known));
      }
      values.put(pair[0], pair[1]);
    }
    return new Options(values);
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int otherwise) {
    String value = values.getOrDefault(name, String.valueOf(otherwise));
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "%s is \"%s\"; give a whole number".formatted(name, value), e);
    }
  }
}
