package dev.tatara.base.pod;

import dev.tatara.config.LogTail;
import java.time.Instant;

/**
 * How a process ended.
 *
 * @param code exit code; 128 + signal if a signal ended it
 * @param log last lines of its output, with credentials removed
 * @param outOfMemory the kernel killed a process of this pod for its memory meanwhile
 */
record ChildEnd(Instant at, int code, String log, boolean outOfMemory) {
  private static final int SIGNAL = 128;

  /** For the ledger: what ended it, and its last words. */
  String evidence() {
    String end = code > SIGNAL ? "signal " + (code - SIGNAL) : "exit code " + code;
    if (outOfMemory) {
      end +=
          ": out of memory, the kernel killed it at the limit of its pod%s; give the pods more memory, or make the micro-batch smaller"
              .formatted(MemoryLimit.text());
    }
    String lastLine = LogTail.last(log);
    return lastLine.isEmpty() ? end : end + ": " + lastLine;
  }
}
