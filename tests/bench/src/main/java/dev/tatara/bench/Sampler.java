package dev.tatara.bench;

import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Where a thread spends its time, by looking at its stack every millisecond: the native method it
 * is in, and the method of the trainer that called it. A thread in native code can be looked at
 * anywhere, so these shares are fair; what is outside native methods is counted as Java.
 */
final class Sampler implements AutoCloseable {
  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<Part, Integer> parts = new EnumMap<>(Part.class);
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private int samples;

  Sampler(Thread watched) {
    clock.scheduleAtFixedRate(() -> look(watched), 1, 1, TimeUnit.MILLISECONDS);
  }

  private void look(Thread watched) {
    StackTraceElement[] stack = watched.getStackTrace();
    if (stack.length == 0) {
      return;
    }
    String what = stack[0].isNativeMethod() ? stack[0].getMethodName() : "(Java)";
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().startsWith("dev.tatara.trainer")) {
        String type = frame.getClassName();
        what += " in " + type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethodName();
        break;
      }
    }
    counts.merge(what, 1, Integer::sum);
    parts.merge(Part.of(stack), 1, Integer::sum);
    samples++;
  }

  /** Stops looking; prints all parts, and the methods that make up at least half a percent. */
  void print(Duration watched, int steps) {
    close();
    double millis = watched.toNanos() / 1e6 / steps;
    parts.forEach((part, count) -> print(millis, count, part.description));
    System.err.println();
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .filter(entry -> entry.getValue() * 200 > samples)
        .forEach(entry -> print(millis, entry.getValue(), entry.getKey()));
  }

  private void print(double millis, int count, String what) {
    double share = (double) count / samples;
    System.err.printf("%6.1f ms %5.1f %%  %s%n", share * millis, 100 * share, what);
  }

  @Override
  public void close() {
    clock.shutdown();
    try {
      clock.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
