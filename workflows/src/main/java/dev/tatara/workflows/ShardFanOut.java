package dev.tatara.workflows;

import dev.tatara.workflows.DataActivities.Phase;
import dev.tatara.workflows.DataActivities.ShardBatch;
import dev.tatara.workflows.DataActivities.StagePlan;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Spreads the shards of a phase over the data workers. However many shards there are, a phase costs
 * at most {@link #BATCHES} activities, so the history stays small. None of it reaches the bytes of
 * the output.
 */
final class ShardFanOut {
  private static final int BATCHES = 256;

  private final DataActivities activities;
  private final StageControl control;

  ShardFanOut(DataActivities activities, StageControl control) {
    this.activities = activities;
    this.control = control;
  }

  /** All phases, one after another. */
  void run(StagePlan plan) {
    for (Phase phase : plan.phases()) {
      control.stopIfAsked();
      runPhase(plan, phase);
    }
  }

  /** As many lanes as the workers can serve; each takes the next batch when it is free. */
  private void runPhase(StagePlan plan, Phase phase) {
    Deque<ShardBatch> waiting = batches(plan, phase);
    List<TemporalFailure> failures = new ArrayList<>();
    List<Promise<Void>> lanes = new ArrayList<>();
    for (int i = Math.min(plan.lanes(), waiting.size()); i > 0; i--) {
      lanes.add(Async.procedure(() -> lane(waiting, failures)));
    }
    Promise.allOf(lanes).get();
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    control.stopIfAsked();
  }

  private void lane(Deque<ShardBatch> waiting, List<TemporalFailure> failures) {
    while (!waiting.isEmpty() && failures.isEmpty() && !control.isStopping()) {
      try {
        activities.work(waiting.removeFirst());
      } catch (TemporalFailure e) {
        failures.add(e);
      }
    }
  }

  private static Deque<ShardBatch> batches(StagePlan plan, Phase phase) {
    List<String> shards = phase.shards();
    int size = (shards.size() + BATCHES - 1) / BATCHES;
    Deque<ShardBatch> batches = new ArrayDeque<>();
    for (int from = 0; from < shards.size(); from += size) {
      List<String> slice = shards.subList(from, Math.min(from + size, shards.size()));
      batches.add(new ShardBatch(plan.key(), phase.name(), shards.size(), slice));
    }
    return batches;
  }
}
