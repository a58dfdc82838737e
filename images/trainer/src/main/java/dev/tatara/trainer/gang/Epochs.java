package dev.tatara.trainer.gang;

import dev.tatara.base.process.Rank;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.task.Claim;
import dev.tatara.config.task.WorkKeys;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * The epochs of a task's gang, as they stand in the store, and this process's place in them. An
 * epoch is entered by a claim that only one process per rank can write, so no clock and no lock is
 * needed to tell who is stale. Thread-safe.
 */
public final class Epochs {
  private final ObjectStore store;
  private final WorkKeys keys;
  private final Rank rank;
  private final String process = UUID.randomUUID().toString();
  private volatile int own;
  private volatile int newest;

  /**
   * @param rank place of this process; its epoch is the oldest that it may take part in
   */
  public Epochs(ObjectStore store, WorkKeys keys, Rank rank) {
    this.store = store;
    this.keys = keys;
    this.rank = rank;
    this.newest = rank.epoch();
  }

  /** The epoch that this process has claimed last; 0 before the first. */
  public int own() {
    return own;
  }

  ObjectStore store() {
    return store;
  }

  WorkKeys keys() {
    return keys;
  }

  Rank rank() {
    return rank;
  }

  /**
   * Looks for a newer epoch.
   *
   * @return the newest
   * @throws FencedException if another process is this rank there
   */
  public int look() {
    int seen = Math.max(newest, launched());
    // Whoever goes beyond the launcher's number goes by one, so the chain has no gap.
    while (!store.list(keys.epochFolder(seen + 1)).isEmpty()) {
      seen++;
    }
    newest = seen;
    int before = own;
    if (before > 0 && seen > before) {
      claim(seen, rank.rank())
          .filter(claim -> !claim.process().equals(process))
          .ifPresent(claim -> fence(before, "with another process in its place"));
    }
    return seen;
  }

  private int launched() {
    return store
        .readIfPresent(keys.epoch())
        .map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8).strip()))
        .orElse(0);
  }

  private void fence(int epoch, String why) {
    throw new FencedException(rank.rank(), epoch, newest, why);
  }

  /** Whether no newer epoch than this process's own was seen. */
  public boolean isNewest() {
    return newest <= own;
  }

  /**
   * Returns if no newer epoch was seen.
   *
   * @throws BrokenGangException if one was
   */
  public void requireNewest() {
    if (!isNewest()) {
      throw new BrokenGangException(
          "This rank leaves epoch %d: epoch %d has begun".formatted(own, newest), null);
    }
  }

  /**
   * Takes part in the newest epoch, or in the one after this process's own.
   *
   * @return the epoch that is claimed
   * @throws FencedException if another process has taken this rank's place
   */
  int claimNext(String address) {
    int target = Math.max(own + 1, look());
    while (!claim(target, address)) {
      if (own > 0) {
        newest = Math.max(newest, target);
        fence(own, "with another process in its place");
      }
      target++;
    }
    newest = Math.max(newest, target);
    own = target;
    return target;
  }

  private boolean claim(int epoch, String address) {
    Claim mine = new Claim(rank.rank(), process, rank.worldSize(), address);
    // A write that was repeated because its answer was lost finds its own claim.
    return store.writeIfAbsent(keys.claim(epoch, rank.rank()), Json.bytes(mine))
        || claim(epoch, rank.rank()).filter(mine::equals).isPresent();
  }

  private Optional<Claim> claim(int epoch, int of) {
    return store.readIfPresent(keys.claim(epoch, of)).map(bytes -> Json.read(bytes, Claim.class));
  }

  /**
   * Whether a rank has claimed this process's epoch.
   *
   * @param fresh this process has been in no gang yet
   * @throws FencedException if the rank belongs to a gang of another size that has taken over
   * @throws BrokenGangException if it belongs to a gang of another size that is on its way out
   */
  boolean hasClaimed(int of, boolean fresh) {
    Optional<Claim> claim = claim(own, of);
    if (claim.isPresent() && claim.get().worldSize() != rank.worldSize()) {
      if (!fresh) {
        fence(own, "with %d ranks".formatted(claim.get().worldSize()));
      }
      throw new BrokenGangException(
          "Epoch %d has a rank that expects %d ranks".formatted(own, claim.get().worldSize()),
          null);
    }
    return claim.isPresent();
  }
}
