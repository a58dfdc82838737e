package dev.tatara.activities.clean;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces what may lead to a person: mail addresses by {@code <email>}, public IP addresses by
 * {@code <ip>}, phone numbers by {@code <phone>}. Left as they are: domains and addresses that are
 * reserved for examples (RFC 2606, 5737, 3849) and addresses that are private to a network, since
 * manuals teach with them.
 */
final class PersonalMask {
  private static final Pattern EMAIL =
      Pattern.compile(
          "(?<![\\w.+%-])[A-Za-z0-9][\\w.+%-]{0,63}@(?:[A-Za-z0-9-]{1,63}\\.){1,8}[A-Za-z]{2,24}"
              + "(?![\\w-])");

  private static final Pattern IPV4 =
      Pattern.compile("(?<![\\w.])\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(?![\\w-]|\\.\\d)");

  private static final Pattern IPV6 =
      Pattern.compile("(?<![\\w:.])[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{2,34}(?![\\w:])");

  /** Japan, North America, and any country with its code. */
  private static final Pattern PHONE =
      Pattern.compile(
          "(?<![\\w.+-])(?:"
              + "\\+\\d{1,3}[ -]?(?:\\(\\d{1,4}\\)[ -]?)?\\d{1,4}(?:[ -]\\d{2,4}){1,4}"
              + "|\\(\\d{3}\\) ?\\d{3}-\\d{4}"
              + "|\\d{3}-\\d{3}-\\d{4}"
              + "|0\\d{1,4}-\\d{1,4}-\\d{4}"
              + "|0\\d{1,4}\\(\\d{1,4}\\)\\d{4}"
              + "|\\(0\\d{1,4}\\) ?\\d{1,4}-\\d{4}"
              + "|0120-\\d{3}-\\d{3}"
              + ")(?![\\w-]|\\.\\d)");

  private PersonalMask() {}

  /**
   * @param text with the replacements
   * @param counts replacements by kind; kinds without any are absent
   */
  record Result(String text, SortedMap<String, Double> counts) {}

  static Result mask(String text) {
    SortedMap<String, Double> counts = new TreeMap<>();
    String masked = text;
    if (masked.indexOf('@') >= 0) {
      masked = replace(masked, EMAIL, PersonalMask::isSomeonesMail, "email", counts);
    }
    masked = replace(masked, IPV4, IpAddresses::isPublicV4, "ip", counts);
    masked = replace(masked, IPV6, IpAddresses::isPublicV6, "ip", counts);
    masked = replace(masked, PHONE, PersonalMask::isPhone, "phone", counts);
    return new Result(masked, counts);
  }

  private static String replace(
      String text,
      Pattern pattern,
      Predicate<String> applies,
      String kind,
      SortedMap<String, Double> counts) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = new StringBuilder();
    int done = 0;
    while (matcher.find()) {
      if (applies.test(matcher.group())) {
        out.append(text, done, matcher.start()).append('<').append(kind).append('>');
        done = matcher.end();
        counts.merge("masked-" + kind, 1.0, Double::sum);
      }
    }
    return done == 0 ? text : out.append(text, done, text.length()).toString();
  }

  private static boolean isSomeonesMail(String address) {
    String domain = address.substring(address.indexOf('@') + 1).toLowerCase(Locale.ROOT);
    return !domain.matches(
        "(?:.*\\.)?(?:example(?:\\.(?:com|org|net|jp))?|invalid|test|localhost|localdomain)");
  }

  /** Ten to fifteen digits (E.164), nine for a freephone number. */
  private static boolean isPhone(String number) {
    long digits = number.chars().filter(Character::isDigit).count();
    return digits >= 10 && digits <= 15;
  }
}
