package dev.tatara.k8s;

import dev.tatara.config.LogTail;
import dev.tatara.config.Secrets;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The log of a process on this machine. */
final class LogFile {
  private static final int BYTES = 16 << 10;

  private LogFile() {}

  /** Its end; empty if there is none yet. */
  static String tail(Path log, Secrets secrets) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(0, file.length() - BYTES);
      file.seek(start);
      byte[] bytes = new byte[(int) Math.min(BYTES, file.length())];
      file.readFully(bytes);
      // The first line may be the rest of one.
      return LogTail.of(
          new String(bytes, StandardCharsets.UTF_8).lines().skip(start == 0 ? 0 : 1), secrets);
    } catch (IOException e) {
      return "";
    }
  }
}
