package dev.tatara.base.process;

import dev.tatara.config.task.ExitCode;
import java.io.IOException;
import java.util.Map;

/**
 * Ends this process when its parent is gone, however the parent died: the parent holds the other
 * end of standard input, and the kernel closes it. Only where {@code TATARA_EXIT_WITH_PARENT=1}:
 * pods have no parent.
 */
public final class ParentBond {
  private ParentBond() {}

  /** Begins to watch, if the environment says so. */
  public static void watch(Map<String, String> environment) {
    if (!"1".equals(environment.get("TATARA_EXIT_WITH_PARENT"))) {
      return;
    }
    Thread watcher = new Thread(ParentBond::awaitEnd, "parent-bond");
    watcher.setDaemon(true);
    watcher.start();
  }

  private static void awaitEnd() {
    try {
      while (System.in.read() >= 0) {
        // The parent sends nothing: a byte means no more than that it lives.
      }
    } catch (IOException e) {
      // A broken pipe says the same as its end.
    }
    Runtime.getRuntime().halt(ExitCode.INFRASTRUCTURE);
  }
}
