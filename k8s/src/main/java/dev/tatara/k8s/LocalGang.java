package dev.tatara.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The child processes of one gang, by rank. */
final class LocalGang implements RunningGang {
  private static final Logger LOG = LoggerFactory.getLogger(LocalGang.class);

  /** A killed process is gone at once, unless the kernel still waits for a device. */
  private static final Duration DEATH = Duration.ofSeconds(30);

  private final Launch launch;
  private final List<Process> processes;
  private final Secrets secrets;

  private LocalGang(Launch launch, List<Process> processes) {
    this.launch = launch;
    this.processes = List.copyOf(processes);
    this.secrets = Secrets.of(launch.gang().environment());
  }

  static LocalGang start(Launch launch) {
    launch.writeTask();
    List<Process> started = new ArrayList<>();
    try {
      for (int rank = 0; rank < launch.gang().worldSize(); rank++) {
        started.add(launch.process(rank).start());
      }
    } catch (IOException e) {
      started.forEach(Process::destroyForcibly);
      throw new UncheckedIOException(
          "The processes of %s cannot be started (%s); check that memory is left"
              .formatted(launch.gang(), e.getMessage()),
          e);
    }
    LOG.info("started gang={} pids={}", launch.gang(), started.stream().map(Process::pid).toList());
    return new LocalGang(launch, started);
  }

  @Override
  public List<PodStatus> status() {
    List<PodStatus> pods = new ArrayList<>();
    for (int rank = 0; rank < processes.size(); rank++) {
      Process process = processes.get(rank);
      // The JDK reports 128 + signal for a process that a signal has ended, as a shell does.
      Integer code = process.isAlive() ? null : process.exitValue();
      String line = code == null ? "" : LastLine.of(launch.log(rank), secrets);
      pods.add(new PodStatus(rank, launch.pod(rank), launch.node(), code, line));
    }
    return pods;
  }

  @Override
  public void awaitChange(Duration atMost) throws InterruptedException {
    CompletableFuture<?>[] ends =
        processes.stream()
            .filter(Process::isAlive)
            .map(Process::onExit)
            .toArray(CompletableFuture[]::new);
    if (ends.length == 0) {
      return;
    }
    try {
      CompletableFuture.anyOf(ends).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Nothing has changed; the caller looks for itself.
    } catch (ExecutionException e) {
      throw new IllegalStateException("a process cannot be waited for", e);
    }
  }

  @Override
  public void saveStacks() {
    for (Process process : processes) {
      if (process.isAlive()) {
        signal("QUIT", process.pid());
      }
    }
  }

  /** Java can send SIGTERM and SIGKILL only. */
  private static void signal(String name, long pid) {
    try {
      new ProcessBuilder("sh", "-c", "kill -s \"$0\" \"$1\"", name, Long.toString(pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(5, TimeUnit.SECONDS);
    } catch (IOException e) {
      LOG.warn("cannot send {} to process {}: {}", name, pid, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void terminate(Duration grace) {
    // Not Process.destroy: it also closes the child's standard input, so the bond with this process
    // would break and end the child before it could save anything.
    processes.forEach(process -> process.toHandle().destroy());
    if (awaitEnd(grace)) {
      return;
    }
    LOG.info("killed gang={} after grace={}", launch.gang(), grace);
    kill();
    if (!awaitEnd(DEATH)) {
      throw new IllegalStateException(
          "Processes of %s do not end even when killed: %s"
              .formatted(
                  launch.gang(),
                  processes.stream().filter(Process::isAlive).map(Process::pid).toList()));
    }
  }

  /** Ends all of them at once, with what they may have started. */
  void kill() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  List<Long> pids() {
    return processes.stream().map(Process::pid).toList();
  }

  boolean hasEnded() {
    return processes.stream().noneMatch(Process::isAlive);
  }

  /** Waits to the end even if interrupted: the caller relies on nothing being left. */
  private boolean awaitEnd(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    boolean interrupted = false;
    try {
      for (Process process : processes) {
        while (process.isAlive() && System.nanoTime() < deadline) {
          try {
            process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return hasEnded();
  }
}
