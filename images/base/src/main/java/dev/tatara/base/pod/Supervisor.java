package dev.tatara.base.pod;

import dev.tatara.base.store.StoreException;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Secrets;
import dev.tatara.config.task.ExitCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The first process of a pod. It starts the program that its arguments name, hands on SIGTERM, and
 * starts the program again when it dies: in seconds, where a new pod would take the cluster a
 * minute. The end of the program is the end of the pod only when another start is no use ({@link
 * Restarts}).
 *
 * <p>Variables: those of {@link PodPlace} and of the object store; {@code TATARA_MAX_HEAP_MB} gives
 * a program whose command is {@code java} its {@code -Xmx}.
 */
public final class Supervisor {
  private static final long ORDER_SECONDS = 3;
  private static final int FAREWELL_SECONDS = 10;

  private final List<String> command;
  private final Secrets secrets;
  private final Word word;
  private final Restarts restarts = new Restarts();
  private final ScheduledExecutorService background =
      Executors.newScheduledThreadPool(2, Supervisor::daemon);
  private volatile Child child;
  private volatile boolean dismissed;
  private volatile boolean ordered;

  private Supervisor(List<String> command, Map<String, String> environment) throws IOException {
    this.command = command;
    this.secrets = Secrets.of(environment);
    this.word = Word.fromEnvironment(environment);
    this.child = start();
  }

  /**
   * @param command the program with its arguments
   */
  public static void main(String[] command) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    try {
      if (command.length == 0) {
        throw new InvalidInputException(
            "No program is named; give its command line as arguments, for example java -cp … train");
      }
      Supervisor supervisor = new Supervisor(commandLine(command, environment), environment);
      Runtime.getRuntime().addShutdownHook(new Thread(supervisor::dismiss, "dismissal"));
      Runtime.getRuntime().halt(supervisor.untilEnd());
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      Runtime.getRuntime().halt(ExitCode.USER);
    } catch (IOException e) {
      System.err.printf("%s cannot be started: %s%n", command[0], e.getMessage());
      Runtime.getRuntime().halt(ExitCode.INFRASTRUCTURE);
    }
  }

  static List<String> commandLine(String[] command, Map<String, String> environment) {
    List<String> line = new ArrayList<>(List.of(command));
    String heap = environment.getOrDefault("TATARA_MAX_HEAP_MB", "");
    if (!heap.isBlank() && (command[0].equals("java") || command[0].endsWith("/java"))) {
      line.add(1, "-Xmx%sm".formatted(heap));
    }
    return line;
  }

  private Child start() throws IOException {
    return Child.start(command, secrets, System.out);
  }

  private int untilEnd() throws IOException, InterruptedException {
    background.scheduleWithFixedDelay(this::obey, ORDER_SECONDS, ORDER_SECONDS, TimeUnit.SECONDS);
    while (true) {
      ChildEnd end = child.await();
      boolean goesOn = restarts.goesOn(end.code(), child.progressed(), child.lived());
      if (dismissed || Restarts.isFinal(end.code()) || !goesOn) {
        return farewell(end.code());
      }
      boolean news =
          !Restarts.isFarewell(end.code()) && !restarts.isRepeated(end.code()) && !ordered;
      ordered = false;
      LockSupport.parkNanos(restarts.pause().toNanos());
      System.out.printf("the process ended with %s; another one is started%n", end.evidence());
      replace();
      if (news) {
        background.execute(() -> word.tell(end));
      }
    }
  }

  /** Not after a dismissal: nobody would hand it on to the new process. */
  private synchronized void replace() throws IOException {
    if (!dismissed) {
      child = start();
    }
  }

  /** What was not told yet is worth a moment. */
  private int farewell(int code) throws InterruptedException {
    background.shutdown();
    background.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS);
    return code;
  }

  /** The JVM ends when this returns; how long that may take is the cluster's to say. */
  private void dismiss() {
    Child last;
    synchronized (this) {
      dismissed = true;
      last = child;
    }
    last.dismiss();
    try {
      Runtime.getRuntime().halt(last.await().code());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void obey() {
    try {
      if (word.wantsRestart()) {
        ordered = true;
        child.kill();
      }
    } catch (StoreException | InvalidInputException e) {
      // It is asked again soon; meanwhile the program works on what it has.
      System.err.printf("no word from the launcher: %s%n", e.getMessage());
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "word");
    thread.setDaemon(true);
    return thread;
  }
}
