package dev.tatara.trainer;

import dev.tatara.base.store.MissingObjectException;
import dev.tatara.base.store.StoreException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again while the store is away: what a gang has computed, and not saved since, is worth the
 * wait.
 */
final class StorePatience {
  private static final Logger LOG = LoggerFactory.getLogger(StorePatience.class);
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private StorePatience() {}

  /**
   * Does what needs the store, and may be done twice.
   *
   * @throws StoreException if the store is away for longer than ten minutes
   * @throws MissingObjectException at once: the store has answered
   */
  static <T> T insist(Supplier<T> work) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (true) {
      try {
        return work.get();
      } catch (MissingObjectException e) {
        throw e;
      } catch (StoreException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        LOG.warn("tried again, the store is away: {}", e.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
