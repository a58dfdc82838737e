package dev.tatara.config.task;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.MixturePhase;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a gang of trainer processes is told to do; the same document for child processes and pods.
 * Everything that decides the weights is in here, so equal tasks give equal bytes at equal world
 * size.
 *
 * @param run name of the run
 * @param stage {@code pretrain}, {@code sft} or {@code dpo}
 * @param fingerprint of the artifact that will be made
 * @param seed initial weights (pretrain) and order of samples
 * @param model shape of the model to initialise; null when {@code inputs} has a model to start from
 * @param inputs {@code tokens} (pretrain), {@code model} and {@code chats} (sft), {@code model} and
 *     {@code pairs} (dpo); {@code tokenizer} always: its files are copied into the result
 * @param outputPrefix key prefix of the resulting artifact
 * @param workPrefix key prefix for checkpoints, the progress object and the epoch
 * @param worldSize ranks
 * @param steps optimizer steps
 * @param sequenceLength tokens in one sample (pretrain) or the longest sample (sft, dpo)
 * @param batch samples of the global batch
 * @param microBatch samples that one rank computes at a time
 * @param mixture phases of weights by source or language; empty: in proportion to the tokens
 * @param beta DPO's beta; 0 elsewhere
 * @param loss what is learned beside the next token
 * @param checkpoint when the state is saved
 * @param validation loss on held-out documents meanwhile
 * @param divergence when training counts as diverged
 * @param execution sharding, memory and precision
 */
// In histories from before checkpoints had a section; how often to save decides no weights.
@JsonIgnoreProperties({"checkpointEverySteps", "keepCheckpoints"})
public record TrainTask(
    String run,
    Stage stage,
    String fingerprint,
    long seed,
    @Nullable ModelShape model,
    SortedMap<String, ArtifactRef> inputs,
    String outputPrefix,
    String workPrefix,
    int worldSize,
    int steps,
    int sequenceLength,
    int batch,
    int microBatch,
    List<MixturePhase> mixture,
    OptimizerConfig optimizer,
    double beta,
    LossConfig loss,
    CheckpointConfig checkpoint,
    ValidationConfig validation,
    DivergenceConfig divergence,
    ExecutionConfig execution) {
  public TrainTask {
    inputs = new TreeMap<>(inputs);
    mixture = List.copyOf(mixture);
    // Absent in what was recorded before they were known.
    loss = loss == null ? LossConfig.DEFAULT : loss;
    checkpoint = checkpoint == null ? CheckpointConfig.DEFAULT : checkpoint;
    validation = validation == null ? ValidationConfig.DEFAULT : validation;
    divergence = divergence == null ? DivergenceConfig.DEFAULT : divergence;
    execution = execution == null ? ExecutionConfig.DEFAULT : execution;
  }
}
