package dev.tatara.config;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The last lines of a log, with the values of secret variables left out. */
public final class LogTail {
  /** Lines of a tail, at most. */
  public static final int LINES = 30;

  private static final int LONGEST = 2_000;

  private LogTail() {}

  /** Without blank lines; a line that is very long is cut. */
  public static String of(Stream<String> log, Secrets secrets) {
    List<String> lines = log.map(String::stripTrailing).filter(line -> !line.isBlank()).toList();
    return lines.stream()
        .skip(Math.max(0, lines.size() - LINES))
        // First this: of a secret that is cut in two, the parts would stay.
        .map(secrets::removedFrom)
        .map(line -> line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…")
        .collect(Collectors.joining("\n"));
  }

  /** The last line of a tail; empty if there is none. */
  public static String last(String tail) {
    return tail.substring(tail.lastIndexOf('\n') + 1).strip();
  }
}
