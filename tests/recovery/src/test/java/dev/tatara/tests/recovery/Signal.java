package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

/** Signals that Java itself cannot send: it knows SIGTERM and SIGKILL only. */
final class Signal {
  private Signal() {}

  /** Sends it; {@code name} without SIG. */
  static void send(String name, ProcessHandle process) throws Exception {
    int code =
        new ProcessBuilder("sh", "-c", "kill -s \"$0\" \"$1\"", name, Long.toString(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
    assertThat(code).isZero();
  }
}
