package dev.tatara.cli.figures;

import java.util.Locale;

/** Writes numbers with the unit and the precision that a reader needs. */
public final class Figures {
  private Figures() {}

  /** A whole number with thousands separated: {@code 12,345}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Three digits and a decimal suffix: {@code 1.23 M}. */
  public static String rounded(double value) {
    double size = Math.abs(value);
    if (size < 1e3) {
      return decimal(value, size == Math.rint(size) ? 0 : 1);
    }
    String[] suffixes = {"k", "M", "G", "T", "P", "E"};
    int power = Math.min(suffixes.length, (int) (Math.log10(size) / 3 + 1e-9));
    double scaled = value / Math.pow(1e3, power);
    int digits = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
    return decimal(scaled, digits) + " " + suffixes[power - 1];
  }

  /** Bytes with a binary unit: {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (Math.abs(value) >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return decimal(value, unit == 0 || value >= 100 ? 0 : 1) + " " + units[unit];
  }

  /** Wall time: {@code 0.4 s}, {@code 12 s}, {@code 3 min 05 s}, {@code 2 h 07 min}. */
  public static String duration(double seconds) {
    if (seconds < 9.95) {
      return decimal(Math.max(0, seconds), 1) + " s";
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    if (whole < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
    }
    return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }

  /** A share: {@code 12.3 %}. */
  public static String percent(double share) {
    return decimal(100 * share, 1) + " %";
  }

  /** A number with this many digits after the point; {@code –} where there is none. */
  public static String decimal(double value, int digits) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
    }
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
