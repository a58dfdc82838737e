package dev.tatara.trainer;

import dev.tatara.config.task.ExitCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * SIGTERM, turned from an end into a request: how long the process may go on after it depends on
 * what it is doing.
 */
final class Preemption {
  /** A model that is being written is worth finishing, if that is quick. */
  private static final Duration SAVE = Duration.ofSeconds(20);

  private static final Duration POLL = Duration.ofMillis(50);

  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private volatile boolean requested;
  private volatile Patience patience = Patience.NONE;

  /** What a signal waits for. */
  enum Patience {
    /** Nothing: there is nothing to save. */
    NONE,
    /** The step that all ranks agree on, and its checkpoint. */
    STEP,
    /** The finished model, for a while: without its manifest it does not exist. */
    SAVE
  }

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
    Runtime.getRuntime().halt(awaitEnd(System.nanoTime()));
  }

  /** Looks again and again, since what the process is doing may change: its gang may break. */
  private int awaitEnd(long asked) {
    while (true) {
      boolean over = System.nanoTime() - asked > SAVE.toNanos();
      if (patience == Patience.NONE || (patience == Patience.SAVE && over)) {
        return ExitCode.PREEMPTED;
      }
      try {
        return exitCode.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Looks again.
      } catch (InterruptedException | ExecutionException e) {
        return ExitCode.PREEMPTED;
      }
    }
  }

  /** What a signal waits for from here on. */
  void patience(Patience next) {
    patience = next;
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
