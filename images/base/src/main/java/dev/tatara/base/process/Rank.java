package dev.tatara.base.process;

import dev.tatara.config.InvalidInputException;
import java.util.Map;

/**
 * The place of this process in its gang, from the variables that torchrun sets too, and {@code
 * TATARA_EPOCH}.
 *
 * @param epoch fencing number of this formation of the gang
 */
public record Rank(
    int rank, int worldSize, int localRank, String masterAddress, int masterPort, int epoch) {

  /**
   * Reads {@code RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR MASTER_PORT TATARA_EPOCH}.
   *
   * @throws InvalidInputException if one is missing or no number
   */
  public static Rank fromEnvironment(Map<String, String> environment) {
    return new Rank(
        number(environment, "RANK", "0"),
        number(environment, "WORLD_SIZE", "1"),
        number(environment, "LOCAL_RANK", "0"),
        environment.getOrDefault("MASTER_ADDR", "127.0.0.1"),
        number(environment, "MASTER_PORT", "29500"),
        number(environment, "TATARA_EPOCH", "1"));
  }

  private static int number(Map<String, String> environment, String name, String example) {
    String value = environment.get(name);
    try {
      return Integer.parseInt(value == null ? "" : value);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "%s is \"%s\"; set it to a whole number, for example %s=%s"
              .formatted(name, value == null ? "" : value, name, example),
          e);
    }
  }
}
