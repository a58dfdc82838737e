package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.Workspace;
import dev.tatara.activities.model.ModelSource;
import dev.tatara.base.tokenizer.PreTokenizer;
import dev.tatara.base.tokenizer.TextForm;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.TokenizeConfig;
import java.util.List;
import java.util.SortedMap;

/**
 * Learns a byte-level BPE from the training documents, unless the model is given and has its own,
 * and packs them into tokens; some documents are held out, and neither the tokenizer nor the model
 * learns from those. Every document is kept.
 */
public final class TokenizeStage implements DataStage {
  /** Name of the only shard of phases that bring all data shards together. */
  static final String ALL = "all";

  static final PreTokenizer PRE_TOKENIZER = PreTokenizer.GPT2;

  /** Text is normalised in {@code clean} already; the tokenizer changes nothing. */
  static final TextForm TEXT_FORM = TextForm.AS_IS;

  private static final String COUNT = "count";
  private static final String TRAIN = "train";
  private static final String ENCODE = "encode";
  private static final String INDEX = "index";

  @Override
  public Stage stage() {
    return Stage.TOKENIZE;
  }

  @Override
  public String codeVersion() {
    return "3";
  }

  @Override
  public Object config(PipelineSpec spec) {
    return new Config(spec.seed(), spec.tokenize());
  }

  /** The seed decides the split. */
  private record Config(long seed, TokenizeConfig tokenize) {}

  @Override
  public List<Stage> inputs() {
    return List.of(Stage.DECONTAMINATE);
  }

  @Override
  public List<String> externalInputs(PipelineSpec spec, Sources sources) {
    return ModelSource.of(spec, sources).stream()
        .map(model -> Json.digest(new Given(model.tokenizerDigests(), chats(spec))))
        .toList();
  }

  /** What decides the tokens if the model, and so the tokenizer, is given. */
  private record Given(SortedMap<String, String> files, boolean chats) {}

  /** Whether the run trains on chats or pairs of them. */
  static boolean chats(PipelineSpec spec) {
    return spec.sft() != null || spec.dpo() != null;
  }

  @Override
  public List<Phase> phases(Workspace workspace) {
    List<String> shards = workspace.shards(Stage.DECONTAMINATE);
    return List.of(
        new Phase(COUNT, shards),
        new Phase(TRAIN, List.of(ALL)),
        new Phase(ENCODE, shards),
        new Phase(INDEX, List.of(ALL)));
  }

  @Override
  public ShardResult work(Workspace workspace, String phase, String shard, ShardProgress progress) {
    return switch (phase) {
      case COUNT -> new CountPhase(workspace).work(shard, progress);
      case TRAIN -> new TrainPhase(workspace).work(progress);
      case ENCODE -> new EncodePhase(workspace).work(shard, progress);
      case INDEX -> new IndexPhase(workspace).work(progress);
      default -> throw new IllegalArgumentException("tokenize has no phase \"" + phase + "\"");
    };
  }
}
