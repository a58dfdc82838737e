package dev.tatara.workflows;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import io.temporal.activity.ActivityInterface;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the data stages need from the world. Every method may run twice and then gives the same:
 * finished shards are marked in the store.
 */
@ActivityInterface(namePrefix = "data.")
public interface DataActivities {
  /** Looks for the finished artifact; if there is none, says what is to do. */
  StagePlan open(StageInput input);

  /** Works on some shards of one phase. */
  ShardsDone work(ShardBatch batch);

  /** Sums up what the shards left behind, checks that no document is lost, and commits. */
  StageArtifact close(StageKey key);

  /**
   * @param inputs artifacts of the stages before
   */
  record StageInput(
      String run, Stage stage, PipelineSpec spec, SortedMap<Stage, ArtifactRef> inputs) {
    public StageInput {
      inputs = new TreeMap<>(inputs);
    }
  }

  /** The artifact that is being made. */
  record StageKey(String run, Stage stage, String fingerprint) {}

  /**
   * @param reused the artifact, if it exists; then there are no phases
   * @param lanes activities that may be under way at once: about what the workers can serve, since
   *     those under way are waited for when the run pauses
   */
  record StagePlan(StageKey key, @Nullable StageArtifact reused, List<Phase> phases, int lanes) {
    public StagePlan {
      phases = List.copyOf(phases);
    }
  }

  /** Shards that may be worked on at the same time, in any order. */
  record Phase(String name, List<String> shards) {
    public Phase {
      shards = List.copyOf(shards);
    }
  }

  /**
   * @param shardsOfPhase shards of the phase in all, for progress
   */
  record ShardBatch(StageKey key, String phase, int shardsOfPhase, List<String> shards) {
    public ShardBatch {
      shards = List.copyOf(shards);
    }
  }

  /**
   * @param shards how many were finished
   */
  record ShardsDone(int shards) {}
}
