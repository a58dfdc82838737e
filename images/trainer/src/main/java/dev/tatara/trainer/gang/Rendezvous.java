package dev.tatara.trainer.gang;

import dev.tatara.base.process.Rank;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.Meeting;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.TCPStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this rank meets its peers, epoch after epoch: all claim the epoch in the store, rank 0 says
 * where it listens, the others go there. A rank that lost its gang comes back here with its
 * process, model and engine as they are.
 */
public final class Rendezvous implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rendezvous.class);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(100);

  /** A look at the store's epochs is dearer than one at a claim. */
  private static final int POLLS_PER_LOOK = 3;

  private final Epochs epochs;
  private final Rank rank;
  private final Duration silence;
  private final String address;
  private final Gang gang;
  private boolean fresh = true;

  /** Nobody came for so long that starting anew is better. */
  public static final class Lonely extends RuntimeException {
    Lonely(int epoch) {
      super(
          "This rank waited %d minutes for its peers, at last in epoch %d; it ends"
              .formatted(PATIENCE.toMinutes(), epoch));
    }
  }

  /**
   * @param silence longest wait for the others in one exchange
   */
  public Rendezvous(Epochs epochs, Duration silence) {
    this.epochs = epochs;
    this.rank = epochs.rank();
    this.silence = silence;
    this.address = rank.address();
    this.gang =
        rank.worldSize() == 1
            ? new SoloGang()
            : new GlooGang(rank.rank(), rank.worldSize(), epochs::requireNewest);
  }

  /** The gang: always the same object, of use after {@link #form} and until a peer is lost. */
  public Gang gang() {
    return gang;
  }

  /**
   * Leaves the gang as it was, and forms the next.
   *
   * @param finished asked now and then while waiting
   * @return false if it is of no use any more, since the work is finished
   * @throws FencedException if another process has taken this rank's place
   * @throws Lonely if the others do not come
   */
  public boolean form(BooleanSupplier finished) {
    leave();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        int epoch = epochs.claimNext(address);
        LOG.info("rank={}/{} waits in epoch={}", rank.rank(), rank.worldSize(), epoch);
        if (!await(this::allHaveClaimed, finished, deadline)) {
          return false;
        }
        if (gang instanceof GlooGang gloo) {
          Optional<GlooGroup> group = meet(epoch, finished, deadline);
          if (group.isEmpty()) {
            return false;
          }
          gloo.enter(group.get());
        }
        fresh = false;
        return true;
      } catch (BrokenGangException e) {
        LOG.info("epoch={} was not formed: {}", epochs.own(), e.getMessage());
      } catch (StoreException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        LOG.warn("epoch={} was not formed: {}", epochs.own(), e.getMessage());
        LockSupport.parkNanos(STORE_PAUSE.toNanos());
      }
    }
  }

  private boolean allHaveClaimed() {
    for (int peer = 0; peer < rank.worldSize(); peer++) {
      if (!epochs.hasClaimed(peer, fresh)) {
        return false;
      }
    }
    return true;
  }

  private Optional<GlooGroup> meet(int epoch, BooleanSupplier finished, long deadline) {
    String key = epochs.keys().master(epoch);
    TCPStore store;
    if (rank.rank() == 0) {
      store = GlooGroup.listen(address, rank.masterPort());
      Meeting meeting = new Meeting(address, GlooGroup.port(store));
      epochs.store().write(key, Json.bytes(meeting));
    } else {
      if (!await(() -> epochs.store().readIfPresent(key).isPresent(), finished, deadline)) {
        return Optional.empty();
      }
      Meeting meeting = Json.read(epochs.store().read(key), Meeting.class);
      store = GlooGroup.call(meeting.address(), meeting.port());
    }
    return Optional.of(
        GlooGroup.connect(
            store, epoch, address, rank.rank(), rank.worldSize(), silence, epochs::requireNewest));
  }

  /** False if the work was finished before the condition came true. */
  private boolean await(BooleanSupplier condition, BooleanSupplier finished, long deadline) {
    for (int poll = 1; !condition.getAsBoolean(); poll++) {
      epochs.requireNewest();
      if (System.nanoTime() > deadline) {
        throw new Lonely(epochs.own());
      }
      if (poll % POLLS_PER_LOOK == 0) {
        epochs.look();
        if (finished.getAsBoolean()) {
          return false;
        }
      }
      // The store has no way to tell when an object appears.
      LockSupport.parkNanos(POLL.toNanos());
    }
    return true;
  }

  private void leave() {
    if (gang instanceof GlooGang gloo) {
      gloo.leave();
    }
  }

  @Override
  public void close() {
    gang.close();
  }
}
