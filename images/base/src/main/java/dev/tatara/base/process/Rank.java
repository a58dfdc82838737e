package dev.tatara.base.process;

import dev.tatara.config.InvalidInputException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * The place of this process in its gang, from the variables that torchrun sets too, and {@code
 * TATARA_EPOCH}.
 *
 * @param address at which the other ranks reach this process
 * @param epoch fencing number of this formation of the gang
 */
public record Rank(
    int rank,
    int worldSize,
    int localRank,
    String masterAddress,
    int masterPort,
    String address,
    int epoch) {
  private static final String LOOPBACK = "127.0.0.1";

  /**
   * Reads {@code RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR MASTER_PORT TATARA_ADDRESS TATARA_EPOCH}.
   * Without an address it is this machine's name, or the loopback address where the master's is.
   *
   * @throws InvalidInputException if one is missing or no number
   */
  public static Rank fromEnvironment(Map<String, String> environment) {
    String master = environment.getOrDefault("MASTER_ADDR", LOOPBACK);
    String address = environment.getOrDefault("TATARA_ADDRESS", "");
    return new Rank(
        number(environment, "RANK", "0"),
        number(environment, "WORLD_SIZE", "1"),
        number(environment, "LOCAL_RANK", "0"),
        master,
        number(environment, "MASTER_PORT", "29500"),
        address.isBlank() ? ownAddress(master) : address,
        number(environment, "TATARA_EPOCH", "1"));
  }

  private static String ownAddress(String master) {
    if (master.equals(LOOPBACK) || master.equals("localhost")) {
      return LOOPBACK;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new InvalidInputException(
          "This machine does not know its own name; set TATARA_ADDRESS to the address at which the other ranks reach it",
          e);
    }
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
