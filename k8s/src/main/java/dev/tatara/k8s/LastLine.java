package dev.tatara.k8s;

import dev.tatara.config.Secrets;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The last line of a log, with the values of secret variables left out. */
final class LastLine {
  private static final int TAIL = 16 << 10;
  private static final int LONGEST = 2_000;

  private LastLine() {}

  static String of(Path log, Secrets secrets) {
    String line = secrets.removedFrom(lastOf(tail(log)));
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }

  private static String lastOf(String tail) {
    return tail.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce("", (a, b) -> b);
  }

  private static String tail(Path log) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(Math.max(0, file.length() - TAIL));
      byte[] bytes = new byte[(int) Math.min(TAIL, file.length())];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return ""; // no log yet
    }
  }
}
