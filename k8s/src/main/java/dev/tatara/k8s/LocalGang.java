package dev.tatara.k8s;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The child processes of one gang. */
final class LocalGang implements RunningGang {
  private static final Logger LOG = LoggerFactory.getLogger(LocalGang.class);

  private final List<LocalPod> pods;

  LocalGang(List<LocalPod> pods) {
    this.pods = List.copyOf(pods);
  }

  @Override
  public List<PodStatus> status() {
    return pods.stream().map(LocalPod::status).toList();
  }

  @Override
  public void awaitChange(Duration atMost) throws InterruptedException {
    CompletableFuture<?>[] ends =
        pods.stream()
            .map(LocalPod::process)
            .filter(Process::isAlive)
            .map(Process::onExit)
            .toArray(CompletableFuture<?>[]::new);
    if (ends.length > 0) {
      await(CompletableFuture.anyOf(ends), atMost);
    }
  }

  private static boolean await(CompletableFuture<?> end, Duration atMost)
      throws InterruptedException {
    try {
      end.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of a process cannot fail", e);
    }
  }

  @Override
  public void terminate(Duration grace) {
    pods.forEach(pod -> pod.process().destroy());
    CompletableFuture<Void> gone =
        CompletableFuture.allOf(
            pods.stream().map(pod -> pod.process().onExit()).toArray(CompletableFuture<?>[]::new));
    boolean interrupted = false;
    try {
      await(gone, grace);
    } catch (InterruptedException e) {
      // No patience is left, but no process may be left either.
      interrupted = true;
    }
    pods.forEach(pod -> pod.process().destroyForcibly());
    gone.join();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void saveStacks() {
    for (LocalPod pod : pods) {
      if (pod.process().isAlive()) {
        try {
          new ProcessBuilder("kill", "-QUIT", Long.toString(pod.process().pid()))
              .inheritIO()
              .start()
              .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
          LOG.warn("no stacks of {}: {}", pod.name(), e.getMessage());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
