package dev.tatara.workflows;

import dev.tatara.workflows.DataActivities.Phase;
import dev.tatara.workflows.DataActivities.ShardBatch;
import dev.tatara.workflows.DataActivities.StageKey;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Spreads the shards of a phase over the data workers: as many lanes as these can serve, each takes
 * the next batch when it is free. However many shards there are, a phase costs at most {@link
 * #BATCHES} activities. None of it reaches the bytes of the output.
 */
final class ShardLanes {
  private static final int BATCHES = 256;

  private final DataActivities activities;
  private final BooleanSupplier stopping;
  private final Deque<ShardBatch> waiting = new ArrayDeque<>();
  private final List<TemporalFailure> failures = new ArrayList<>();

  /**
   * @param stopping whether no batch may begin any more
   */
  ShardLanes(DataActivities activities, BooleanSupplier stopping) {
    this.activities = activities;
    this.stopping = stopping;
  }

  /**
   * Returns when all shards are done, or when it was stopped and those under way are done.
   *
   * @throws TemporalFailure the first failure, once nothing is under way
   */
  void run(StageKey key, Phase phase, int lanes) {
    addBatches(key, phase);
    List<Promise<Void>> free = new ArrayList<>();
    for (int i = Math.min(lanes, waiting.size()); i > 0; i--) {
      free.add(Async.procedure(this::lane));
    }
    Promise.allOf(free).get();
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
  }

  boolean isDone() {
    return waiting.isEmpty();
  }

  private void lane() {
    while (!waiting.isEmpty() && failures.isEmpty() && !stopping.getAsBoolean()) {
      try {
        activities.work(waiting.removeFirst());
      } catch (TemporalFailure e) {
        failures.add(e);
      }
    }
  }

  private void addBatches(StageKey key, Phase phase) {
    List<String> shards = phase.shards();
    int size = (shards.size() + BATCHES - 1) / BATCHES;
    for (int from = 0; from < shards.size(); from += size) {
      List<String> slice = shards.subList(from, Math.min(from + size, shards.size()));
      waiting.add(new ShardBatch(key, phase.name(), shards.size(), slice));
    }
  }
}
