package dev.tatara.activities.clean;

import java.util.Locale;

/** Which IP addresses are someone's. */
final class IpAddresses {
  private IpAddresses() {}

  /** Valid, and neither private, loopback, link-local, multicast nor reserved for examples. */
  static boolean isPublicV4(String text) {
    String[] parts = text.split("\\.", -1);
    int[] octets = new int[4];
    for (int i = 0; i < 4; i++) {
      if (parts[i].length() > 1 && parts[i].charAt(0) == '0') {
        return false;
      }
      octets[i] = Integer.parseInt(parts[i]);
      if (octets[i] > 255) {
        return false;
      }
    }
    return !isReservedV4(octets[0], octets[1], octets[2]);
  }

  private static boolean isReservedV4(int a, int b, int c) {
    return a == 0
        || a == 10
        || a == 127
        || a >= 224
        || (a == 100 && b >= 64 && b < 128)
        || (a == 169 && b == 254)
        || (a == 172 && b >= 16 && b < 32)
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113);
  }

  /** Global unicast (2000::/3) in valid notation (RFC 4291), but not 2001:db8::/32. */
  static boolean isPublicV6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int groups = 0;
    for (String group : text.split(":", -1)) {
      if (group.length() > 4) {
        return false;
      }
      groups += group.isEmpty() ? 0 : 1;
    }
    boolean complete = gap < 0 ? groups == 8 && !text.endsWith(":") : groups < 8;
    return complete && !text.toLowerCase(Locale.ROOT).startsWith("2001:db8:");
  }
}
