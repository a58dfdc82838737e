package dev.tatara.base.pod;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.RestartOrder;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.WorkKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What passes between this pod and the launcher, through the object store: neither needs to reach
 * the other, or the cluster.
 */
final class Word {
  private static final double NOT_RECOVERED = -1;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final StoreSettings settings;
  private final PodPlace place;
  private @Nullable ObjectStore connected;
  private @Nullable String newestOrder;
  private int told;

  private Word(StoreSettings settings, PodPlace place) {
    this.settings = settings;
    this.place = place;
  }

  static Word fromEnvironment(Map<String, String> environment) {
    return new Word(
        StoreSettings.fromEnvironment(environment), PodPlace.fromEnvironment(environment));
  }

  /**
   * Tells of a process that ended and was replaced; waits while the store is away.
   *
   * @param end that the launcher learns of as an incident that is not over yet
   */
  synchronized void tell(ChildEnd end) {
    int number = told++;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        ObjectStore store = store();
        String name = WorkKeys.incidentName(place.pod(), number);
        // First the log: who finds the incident looks for it.
        store.write(place.work().incidentLog(name), end.log().getBytes(StandardCharsets.UTF_8));
        store.write(
            place.work().incident(place.pod(), number), Json.bytes(entry(end, progress(store))));
        return;
      } catch (StoreException | InvalidInputException e) {
        System.err.printf("the launcher cannot be told yet: %s%n", e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private LedgerEntry entry(ChildEnd end, Optional<TaskProgress> progress) {
    return new LedgerEntry(
        end.at().truncatedTo(ChronoUnit.MILLIS).toString(),
        place.stage(),
        place.rank(),
        place.pod(),
        place.node(),
        FailureClass.INFRASTRUCTURE,
        end.evidence(),
        progress.map(TaskProgress::epoch).orElse(0),
        progress.map(word -> (int) word.done()).orElse(0),
        0,
        NOT_RECOVERED);
  }

  private Optional<TaskProgress> progress(ObjectStore store) {
    return store
        .readIfPresent(place.work().progress())
        .map(bytes -> Json.read(bytes, TaskProgress.class));
  }

  /**
   * Whether the launcher wants the process replaced. An order that was there before this pod was
   * meant for another one.
   *
   * @throws StoreException if the store does not answer
   * @throws InvalidInputException if it has never answered
   */
  boolean wantsRestart() {
    String id =
        store()
            .readIfPresent(place.work().restartOrder(place.rank()))
            .map(bytes -> Json.read(bytes, RestartOrder.class).id())
            .orElse("");
    String before = newestOrder;
    boolean fresh = before != null && !before.equals(id);
    if (before == null) {
      System.out.printf("listening for orders at %s%n", place.work().restartOrder(place.rank()));
    }
    newestOrder = id;
    return fresh;
  }

  private synchronized ObjectStore store() {
    ObjectStore known = connected;
    if (known == null) {
      known = ObjectStore.connect(settings);
      connected = known;
    }
    return known;
  }
}
