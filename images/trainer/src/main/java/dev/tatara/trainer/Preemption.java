package dev.tatara.trainer;

import dev.tatara.config.task.ExitCode;
import java.util.concurrent.CompletableFuture;

/**
 * SIGTERM, turned from an end into a request: while training, the process may finish its step, save
 * a checkpoint and choose its exit code; before that, it ends at once.
 */
final class Preemption {
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private volatile boolean requested;
  private volatile boolean training;

  /** Begins to listen. */
  static Preemption watch() {
    Preemption preemption = new Preemption();
    // A shutdown hook is the only public way to learn of the signal; the JVM ends when it returns.
    Runtime.getRuntime().addShutdownHook(new Thread(preemption::onShutdown, "preemption"));
    return preemption;
  }

  private void onShutdown() {
    if (exitCode.isDone()) {
      return; // The normal end came first.
    }
    requested = true;
    Runtime.getRuntime().halt(training ? exitCode.join() : ExitCode.PREEMPTED);
  }

  /** From here on a signal waits for {@link #finish}. */
  void beginTraining() {
    training = true;
  }

  /** Whether the process was asked to go. */
  boolean requested() {
    return requested;
  }

  /** Ends the process with this code, whether or not a signal came. */
  void finish(int code) {
    exitCode.complete(code);
    // If the hook is already running it ends the process, and this call never returns.
    System.exit(code);
  }
}
