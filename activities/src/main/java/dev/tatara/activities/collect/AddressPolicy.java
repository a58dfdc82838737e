package dev.tatara.activities.collect;

import dev.tatara.config.InvalidInputException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * Which hosts a run document may make this process talk to. A document that others wrote must not
 * reach what only this machine can reach.
 *
 * @param privateAllowed for tests and for mirrors inside the own network
 */
record AddressPolicy(boolean privateAllowed) {
  /**
   * @throws InvalidInputException if the URI is not to be fetched
   * @throws UnknownHostException if its host has no address (now)
   */
  void check(URI uri) throws UnknownHostException {
    String host = uri.getHost();
    if (host == null || uri.getScheme() == null) {
      throw new InvalidInputException(
          "The source \"%s\" has no host; write https://HOST/PATH".formatted(uri));
    }
    boolean loopback = true;
    for (InetAddress address : InetAddress.getAllByName(host)) {
      loopback &= address.isLoopbackAddress();
      if (isPrivate(address) && !privateAllowed) {
        throw new InvalidInputException(
            "The source %s leads to the private address %s. Use a public host, or copy the file and use file: or s3:"
                .formatted(uri, address.getHostAddress()));
      }
    }
    if (!uri.getScheme().equals("https") && !(privateAllowed && loopback)) {
      throw new InvalidInputException("The source %s is not encrypted; use https:".formatted(uri));
    }
  }

  private static boolean isPrivate(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()
        || isCarrierGradeNat(address)
        || isUniqueLocal(address);
  }

  /** 100.64.0.0/10 (RFC 6598). */
  private static boolean isCarrierGradeNat(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address && bytes[0] == 100 && (bytes[1] & 0xC0) == 64;
  }

  /** fc00::/7 (RFC 4193). */
  private static boolean isUniqueLocal(InetAddress address) {
    return !(address instanceof Inet4Address) && (address.getAddress()[0] & 0xFE) == 0xFC;
  }
}
