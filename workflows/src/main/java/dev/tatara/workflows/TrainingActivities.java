package dev.tatara.workflows;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import io.temporal.activity.ActivityInterface;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code pretrain}, {@code sft} and {@code dpo} need from the world. */
@ActivityInterface(namePrefix = "training.")
public interface TrainingActivities {
  /** Makes the training data of the stage, if it has its own, and the task for the trainer. */
  PreparedTraining prepare(TrainingInput input);

  /**
   * Trains to the end, from the newest checkpoint if there is one. When it returns or fails, no
   * process of it is left.
   */
  TrainResult train(TrainTask task);

  /**
   * @param inputs artifacts of the stages before; a model among them is the one to start from
   */
  record TrainingInput(
      String run, Stage stage, PipelineSpec spec, SortedMap<Stage, ArtifactRef> inputs) {
    public TrainingInput {
      inputs = new TreeMap<>(inputs);
    }
  }

  /**
   * @param reused the finished model, if it exists
   * @param data artifact with the rows to train on; null in {@code pretrain}
   * @param account chats or pairs read, kept and dropped; empty in {@code pretrain}
   */
  record PreparedTraining(
      TrainTask task,
      @Nullable StageArtifact reused,
      @Nullable ArtifactRef data,
      Account account) {}

  /**
   * @param ledger failures that were met on the way
   */
  record TrainResult(StageArtifact model, List<LedgerEntry> ledger) {
    public TrainResult {
      ledger = List.copyOf(ledger);
    }
  }
}
