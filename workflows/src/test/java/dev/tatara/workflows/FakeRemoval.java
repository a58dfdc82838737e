package dev.tatara.workflows;

import dev.tatara.workflows.RunRemoval.Removal;
import java.util.List;
import java.util.function.LongSupplier;

/** Removes nothing, but notes when it is asked to, in milliseconds of a clock. */
final class FakeRemoval implements RemovalActivities {
  volatile long withdrawnAt;
  volatile long deletedAt;

  private final LongSupplier clock;

  FakeRemoval(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public void withdraw(Removal removal) {
    withdrawnAt = clock.getAsLong();
  }

  @Override
  public Removed delete(Removal removal) {
    deletedAt = clock.getAsLong();
    return new Removed(removal.run(), List.of("artifacts/pretrain/m0/"), 4, List.of());
  }
}
