package dev.tatara.trainer;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.trainer.gang.Epochs;
import dev.tatara.trainer.gang.FencedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes on beside the work of a rank, whatever that is stuck in: signs of life for the
 * launcher, a look for newer epochs, and, when no step comes for long, the stacks of its threads.
 */
final class Pulse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration BEAT = Duration.ofSeconds(2);
  private static final int MEDIAN_STEPS = 21;

  /** Steps of median length without one, before the stacks are written. */
  private static final int STUCK_STEPS = 20;

  private final ObjectStore store;
  private final WorkKeys keys;
  private final int rank;
  private final Epochs epochs;
  private final Duration stuckAtLeast;
  private final Consumer<FencedException> onFenced;
  private final ScheduledExecutorService beats = beside("pulse");
  private final ScheduledExecutorService looks = beside("look");

  private final ArrayDeque<Double> recent = new ArrayDeque<>();
  private Phase phase = Phase.STARTING;
  private int step;
  private long lastStep = System.nanoTime();
  private boolean dumped;

  private Pulse(
      ObjectStore store,
      WorkKeys keys,
      int rank,
      Epochs epochs,
      Duration stuckAtLeast,
      Consumer<FencedException> onFenced) {
    this.store = store;
    this.keys = keys;
    this.rank = rank;
    this.epochs = epochs;
    this.stuckAtLeast = stuckAtLeast;
    this.onFenced = onFenced;
  }

  /**
   * Begins.
   *
   * @param stuckAtLeast least time without a step that is found remarkable
   * @param onFenced ends the process: another one has taken its place
   */
  static Pulse start(
      ObjectStore store,
      WorkKeys keys,
      int rank,
      Epochs epochs,
      Duration stuckAtLeast,
      Consumer<FencedException> onFenced) {
    Pulse pulse = new Pulse(store, keys, rank, epochs, stuckAtLeast, onFenced);
    pulse.every(BEAT, pulse.beats, pulse::beat);
    pulse.every(LOOK, pulse.looks, pulse::look);
    return pulse;
  }

  private static ScheduledExecutorService beside(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  private void every(Duration pause, ScheduledExecutorService thread, Runnable work) {
    thread.scheduleWithFixedDelay(() -> guarded(work), 0, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (StoreException e) {
      LOG.warn("rank={} the store is away: {}", rank, e.getMessage());
    } catch (FencedException e) {
      onFenced.accept(e);
    }
  }

  private void look() {
    epochs.look();
    if (isStuck()) {
      String stacks = stacks();
      LOG.warn("rank={} makes no step; its threads:\n{}", rank, stacks);
      store.write(keys.stacks(epochs.own(), rank), stacks.getBytes(StandardCharsets.UTF_8));
    }
  }

  private synchronized boolean isStuck() {
    double silent = (System.nanoTime() - lastStep) / 1e9;
    double bound = Math.max(stuckAtLeast.toMillis() / 1e3, STUCK_STEPS * median());
    boolean steady = phase == Phase.TRAINING || phase == Phase.VALIDATING;
    if (!steady || dumped || silent < bound) {
      return false;
    }
    dumped = true;
    return true;
  }

  private static String stacks() {
    Map<String, String> threads = new TreeMap<>();
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              StringBuilder text = new StringBuilder();
              text.append('"').append(thread.getName()).append("\" ").append(thread.getState());
              for (StackTraceElement frame : frames) {
                text.append("\n    at ").append(frame);
              }
              threads.put(thread.getName() + " " + thread.getId(), text.toString());
            });
    return String.join("\n\n", threads.values()) + "\n";
  }

  private void beat() {
    store.write(keys.beat(rank), Json.bytes(snapshot()));
  }

  private synchronized Heartbeat snapshot() {
    return new Heartbeat(
        rank, epochs.own(), step, phase.word(), System.currentTimeMillis(), median());
  }

  private double median() {
    double[] sorted = recent.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  /** What is being done from now on; said again, it is a sign that it goes on. */
  synchronized void phase(Phase next) {
    boolean changes = phase != next;
    phase = next;
    lastStep = System.nanoTime();
    dumped = false;
    if (changes) {
      // A phase may be shorter than the pause between two beats, and is to be seen all the same.
      beats.execute(() -> guarded(this::beat));
    }
  }

  /** Training goes on from here. */
  synchronized void restored(int done) {
    step = done;
  }

  /** A step is done. */
  synchronized void step(StepReport report) {
    step = report.step();
    lastStep = System.nanoTime();
    dumped = false;
    recent.addLast(report.seconds());
    if (recent.size() > MEDIAN_STEPS) {
      recent.removeFirst();
    }
  }

  @Override
  public void close() {
    beats.shutdownNow();
    looks.shutdownNow();
  }
}
