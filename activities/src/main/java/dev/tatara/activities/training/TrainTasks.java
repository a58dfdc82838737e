package dev.tatara.activities.training;

import dev.tatara.activities.data.Prepared;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.dpo.PairPreparation;
import dev.tatara.activities.model.ModelImport;
import dev.tatara.activities.model.ModelSource;
import dev.tatara.activities.sft.ChatPreparation;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.DpoConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.MixturePhase;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.ModelSize;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.PretrainConfig;
import dev.tatara.config.run.SftConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns the run document and the artifacts so far into the task of a training stage. */
public final class TrainTasks {
  /** Raised whenever the trainer would make other weights of the same task. */
  private static final String CODE_VERSION = "3";

  private final Artifacts artifacts;
  private final Sources sources;

  public TrainTasks(Artifacts artifacts, Sources sources) {
    this.artifacts = artifacts;
    this.sources = sources;
  }

  /**
   * @param data rows to train on; null in {@code pretrain}, which reads tokens
   */
  public record PreparedTask(TrainTask task, @Nullable Prepared data) {}

  /** All that decides the weights; where things lie and how often they are saved does not. */
  private record Fingerprint(
      Stage stage,
      String codeVersion,
      long seed,
      @Nullable ModelShape model,
      SortedMap<String, String> inputs,
      int worldSize,
      int steps,
      int sequenceLength,
      int batch,
      int microBatch,
      List<MixturePhase> mixture,
      OptimizerConfig optimizer,
      double beta,
      LossConfig loss,
      ValidationConfig validation,
      DivergenceConfig divergence,
      ExecutionConfig execution) {}

  /**
   * The task of a training stage; makes its rows first, if it has its own.
   *
   * @throws dev.tatara.config.InvalidInputException if its sources are missing or empty
   */
  public PreparedTask prepare(
      String run, Stage stage, PipelineSpec spec, SortedMap<Stage, ArtifactRef> made) {
    return switch (stage) {
      case PRETRAIN -> pretrain(run, spec, made);
      case SFT -> sft(run, spec, made);
      case DPO -> dpo(run, spec, made);
      default -> throw new IllegalStateException(stage.word() + " trains nothing");
    };
  }

  private PreparedTask pretrain(String run, PipelineSpec spec, SortedMap<Stage, ArtifactRef> made) {
    PretrainConfig config = spec.pretrain();
    SortedMap<String, ArtifactRef> inputs = new TreeMap<>();
    inputs.put("tokens", made(made, Stage.TOKENIZE));
    Optional<ModelSource> given = ModelSource.of(spec, sources);
    given.ifPresent(model -> inputs.put("model", ModelImport.of(artifacts, model)));
    TrainTask task =
        task(
            run,
            Stage.PRETRAIN,
            spec,
            given.isPresent() ? null : shape(config),
            inputs,
            made,
            config.steps(),
            config.sequenceLength(),
            config.batchSamples(),
            config.microBatch(),
            config.optimizer(),
            0,
            config.loss(),
            config.checkpoint(),
            config.validation());
    return new PreparedTask(task, null);
  }

  private static ModelShape shape(PretrainConfig config) {
    ModelShape dimensions = config.dimensions();
    return dimensions != null
        ? dimensions
        : ModelSize.of(Objects.requireNonNull(config.model(), "checked by the loader"));
  }

  private PreparedTask sft(String run, PipelineSpec spec, SortedMap<Stage, ArtifactRef> made) {
    SftConfig config = Objects.requireNonNull(spec.sft());
    Prepared chats = ChatPreparation.prepare(artifacts, sources, spec, made(made, Stage.TOKENIZE));
    SortedMap<String, ArtifactRef> inputs = new TreeMap<>();
    inputs.put("model", made(made, Stage.PRETRAIN));
    inputs.put("chats", chats.ref());
    TrainTask task =
        task(
            run,
            Stage.SFT,
            spec,
            null,
            inputs,
            made,
            steps(chats.rows(), config.epochs(), config.batch()),
            config.maxTokens(),
            config.batch(),
            microBatch(spec, config.batch()),
            config.optimizer(),
            0,
            LossConfig.DEFAULT,
            config.checkpoint(),
            ValidationConfig.DEFAULT);
    return new PreparedTask(task, chats);
  }

  private PreparedTask dpo(String run, PipelineSpec spec, SortedMap<Stage, ArtifactRef> made) {
    DpoConfig config = Objects.requireNonNull(spec.dpo());
    Prepared pairs = PairPreparation.prepare(artifacts, sources, spec, made(made, Stage.TOKENIZE));
    SortedMap<String, ArtifactRef> inputs = new TreeMap<>();
    ArtifactRef tuned = made.get(Stage.SFT);
    inputs.put("model", tuned != null ? tuned : made(made, Stage.PRETRAIN));
    inputs.put("pairs", pairs.ref());
    TrainTask task =
        task(
            run,
            Stage.DPO,
            spec,
            null,
            inputs,
            made,
            steps(pairs.rows(), config.epochs(), config.batch()),
            config.maxTokens(),
            config.batch(),
            microBatch(spec, config.batch()),
            config.optimizer(),
            config.beta(),
            LossConfig.DEFAULT,
            config.checkpoint(),
            ValidationConfig.DEFAULT);
    return new PreparedTask(task, pairs);
  }

  /** Passes over all rows, the last batch filled up from the next pass. */
  private static int steps(long rows, int epochs, int batch) {
    return (int) Math.max(1, (rows * epochs + batch - 1) / batch);
  }

  /** As in pretraining, but never more than a rank's share of a batch. */
  private static int microBatch(PipelineSpec spec, int batch) {
    return Math.max(1, Math.min(spec.pretrain().microBatch(), batch / spec.pretrain().workers()));
  }

  private TrainTask task(
      String run,
      Stage stage,
      PipelineSpec spec,
      @Nullable ModelShape model,
      SortedMap<String, ArtifactRef> inputs,
      SortedMap<Stage, ArtifactRef> made,
      int steps,
      int sequenceLength,
      int batch,
      int microBatch,
      OptimizerConfig optimizer,
      double beta,
      LossConfig loss,
      CheckpointConfig checkpoint,
      ValidationConfig validation) {
    inputs.put("tokenizer", made(made, Stage.TOKENIZE));
    List<MixturePhase> mixture = stage == Stage.PRETRAIN ? spec.mixture() : List.of();
    SortedMap<String, String> digests = new TreeMap<>();
    inputs.forEach((name, ref) -> digests.put(name, ref.digest()));
    String fingerprint =
        Json.digest(
            new Fingerprint(
                stage,
                CODE_VERSION,
                spec.seed(),
                model,
                digests,
                spec.pretrain().workers(),
                steps,
                sequenceLength,
                batch,
                microBatch,
                mixture,
                optimizer,
                beta,
                loss,
                validation,
                spec.pretrain().divergence(),
                spec.pretrain().execution()));
    return new TrainTask(
        run,
        stage,
        fingerprint,
        spec.seed(),
        model,
        inputs,
        Artifacts.prefix(stage, fingerprint),
        WorkKeys.of(stage, fingerprint).prefix(),
        spec.pretrain().workers(),
        steps,
        sequenceLength,
        batch,
        microBatch,
        mixture,
        optimizer,
        beta,
        loss,
        checkpoint,
        validation,
        spec.pretrain().divergence(),
        spec.pretrain().execution());
  }

  private static ArtifactRef made(SortedMap<Stage, ArtifactRef> made, Stage stage) {
    ArtifactRef ref = made.get(stage);
    if (ref == null) {
      throw new IllegalStateException("the artifact of " + stage.word() + " is not made");
    }
    return ref;
  }
}
