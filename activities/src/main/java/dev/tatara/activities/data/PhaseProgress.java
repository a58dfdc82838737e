package dev.tatara.activities.data;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.TaskProgress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far the phases of data stages have come, summed over the shards that this process works on;
 * rewritten in the store about once a second, where the progress of training lies too.
 */
public final class PhaseProgress {
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double NANOS = 1e9;

  private final ObjectStore store;
  private final Map<String, Phase> phases = new ConcurrentHashMap<>();

  public PhaseProgress(ObjectStore store) {
    this.store = store;
  }

  /** The listener of one shard. */
  public ShardProgress of(Stage stage, String fingerprint, String phase, String shard) {
    String key = DataStageRunner.workPrefix(stage, fingerprint) + "progress.json";
    Phase sum = phases.computeIfAbsent(key + phase, ignored -> new Phase(phase));
    return (done, total) -> {
      TaskProgress now = sum.at(shard, done, total);
      if (now != null) {
        store.write(key, Json.bytes(now));
      }
    };
  }

  private static final class Phase {
    private final String name;
    private final Map<String, long[]> shards = new ConcurrentHashMap<>();
    private final long began = System.nanoTime();
    private long told = began - PERIOD_NANOS;

    Phase(String name) {
      this.name = name;
    }

    @Nullable
    synchronized TaskProgress at(String shard, long done, long total) {
      shards.put(shard, new long[] {done, total});
      long now = System.nanoTime();
      if (now - told < PERIOD_NANOS) {
        return null;
      }
      told = now;
      long allDone = shards.values().stream().mapToLong(each -> each[0]).sum();
      long allTotal = shards.values().stream().mapToLong(each -> each[1]).sum();
      double rate = allDone * NANOS / Math.max(1, now - began);
      return new TaskProgress(0, allDone, allTotal, "documents", rate, name, null, 0);
    }
  }
}
