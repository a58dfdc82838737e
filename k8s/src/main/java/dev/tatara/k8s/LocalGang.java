package dev.tatara.k8s;

import dev.tatara.config.LogTail;
import dev.tatara.config.Secrets;
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

  private final Secrets secrets;
  private final List<Member> members;
  private boolean closed;

  /** One process, and how it was started. */
  private record Member(Launch launch, int rank, Process process) {
    static Member start(Launch launch, int rank) throws IOException {
      return new Member(launch, rank, launch.process(rank).start());
    }

    boolean running() {
      return process.isAlive();
    }

    PodStatus status(Secrets secrets) {
      // The JDK reports 128 + signal for a process that a signal has ended, as a shell does.
      Integer code = running() ? null : process.exitValue();
      String log = code == null ? "" : LogFile.tail(launch.log(rank), secrets);
      return new PodStatus(
          rank, launch.pod(rank), launch.node(), code, LogTail.last(log), false, false, log);
    }
  }

  private LocalGang(Launch launch, List<Member> members) {
    this.members = new ArrayList<>(members);
    this.secrets = Secrets.of(launch.gang().environment());
  }

  static LocalGang start(Launch launch) {
    launch.writeTask();
    List<Member> started = new ArrayList<>();
    try {
      for (int rank = 0; rank < launch.gang().worldSize(); rank++) {
        started.add(Member.start(launch, rank));
      }
    } catch (IOException e) {
      started.forEach(member -> member.process().destroyForcibly());
      throw cannotStart(launch, e);
    }
    LocalGang gang = new LocalGang(launch, started);
    LOG.info("started gang={} pids={}", launch.gang(), gang.pids());
    return gang;
  }

  private static UncheckedIOException cannotStart(Launch launch, IOException cause) {
    return new UncheckedIOException(
        "The processes of %s cannot be started (%s); check that memory is left"
            .formatted(launch.gang(), cause.getMessage()),
        cause);
  }

  private synchronized List<Member> members() {
    return List.copyOf(members);
  }

  @Override
  public List<PodStatus> status() {
    return members().stream().map(member -> member.status(secrets)).toList();
  }

  @Override
  public void awaitChange(Duration atMost) throws InterruptedException {
    CompletableFuture<?>[] ends =
        members().stream()
            .map(Member::process)
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
  public void kill(int rank) {
    Member member = members().get(rank);
    kill(member);
    if (!awaitEnd(DEATH, List.of(member))) {
      throw notEnding(List.of(member));
    }
  }

  @Override
  public synchronized void restart(int rank, int epoch) {
    Member ended = members.get(rank);
    if (ended.running()) {
      throw new IllegalStateException("rank %d still runs".formatted(rank));
    }
    if (closed) {
      return; // this process is about to end, and nothing must outlive it
    }
    Launch launch = ended.launch().in(epoch);
    try {
      launch.writeTask();
      members.set(rank, Member.start(launch, rank));
    } catch (IOException e) {
      throw cannotStart(launch, e);
    }
    LOG.info(
        "started again gang={} rank={} pid={}",
        launch.gang(),
        rank,
        members.get(rank).process().pid());
  }

  @Override
  public void saveStacks() {
    members().stream()
        .map(Member::process)
        .filter(Process::isAlive)
        .forEach(process -> signal("QUIT", process.pid()));
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
    List<Member> all = members();
    // Not Process.destroy: it also closes the child's standard input, so the bond with this process
    // would break and end the child before it could save anything.
    all.forEach(member -> member.process().toHandle().destroy());
    if (awaitEnd(grace, all)) {
      return;
    }
    LOG.info("killed gang={} after grace={}", all.get(0).launch().gang(), grace);
    all.forEach(LocalGang::kill);
    if (!awaitEnd(DEATH, all)) {
      throw notEnding(all);
    }
  }

  private static IllegalStateException notEnding(List<Member> members) {
    return new IllegalStateException(
        "Processes of %s do not end even when killed: %s"
            .formatted(
                members.get(0).launch().gang(),
                members.stream()
                    .filter(Member::running)
                    .map(member -> member.process().pid())
                    .toList()));
  }

  private static void kill(Member member) {
    member.process().descendants().forEach(ProcessHandle::destroyForcibly);
    member.process().destroyForcibly();
  }

  /** Ends all of them at once, with what they may have started, for good. */
  synchronized void close() {
    closed = true;
    members.forEach(LocalGang::kill);
  }

  List<Long> pids() {
    return members().stream().map(member -> member.process().pid()).toList();
  }

  boolean hasEnded() {
    return members().stream().noneMatch(Member::running);
  }

  /** Waits to the end even if interrupted: the caller relies on nothing being left. */
  private static boolean awaitEnd(Duration atMost, List<Member> members) {
    long deadline = System.nanoTime() + atMost.toNanos();
    boolean interrupted = false;
    try {
      for (Member member : members) {
        while (member.running() && System.nanoTime() < deadline) {
          try {
            member.process().waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
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
    return members.stream().noneMatch(Member::running);
  }
}
