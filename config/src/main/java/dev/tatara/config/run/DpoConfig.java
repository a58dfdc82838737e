package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Direct preference optimisation (Rafailov et al., arXiv 2305.18290), sigmoid loss, against the
 * frozen model it starts from.
 *
 * @param data files of preference pairs
 * @param beta strength of the pull towards the reference
 * @param epochs passes over the pairs
 * @param batch pairs in one step, over all ranks; a multiple of {@code pretrain.workers}
 * @param maxTokens longest prompt plus answer in tokens; longer prompts are cut from the left,
 *     longer answers from the right
 * @param optimizer AdamW and its schedule; its defaults differ from pretraining
 * @param checkpoint when the state of this stage is saved
 */
public record DpoConfig(
    @Range(min = 1) List<PairSource> data,
    @Range(above = 0) Double beta,
    @Range(min = 1) Integer epochs,
    @Range(min = 1) Integer batch,
    @Range(min = 8) Integer maxTokens,
    @JsonDeserialize(using = PostTrainingOptimizer.Dpo.class) OptimizerConfig optimizer,
    CheckpointConfig checkpoint) {
  public DpoConfig {
    data = data == null ? List.of() : List.copyOf(data);
    beta = beta == null ? 0.1 : beta;
    epochs = epochs == null ? 1 : epochs;
    batch = batch == null ? 8 : batch;
    maxTokens = maxTokens == null ? 256 : maxTokens;
    optimizer = optimizer == null ? PostTrainingOptimizer.DPO : optimizer;
    checkpoint = checkpoint == null ? CheckpointConfig.DEFAULT : checkpoint;
  }

  /**
   * One set of preference pairs.
   *
   * @param name name of the source in the data account
   * @param uri as in {@code collect.sources}
   * @param license SPDX expression
   * @param limit first rows to use; all when left out
   */
  public record PairSource(
      @Matches(regex = Matches.LABEL, rule = Matches.LABEL_RULE, example = "pairs") String name,
      @Matches(regex = Locations.REGEX, rule = Locations.RULE, example = "file:data/pairs.jsonl")
          String uri,
      PairFormat format,
      @Matches(regex = Matches.VISIBLE, rule = "must name the licence", example = "CC-BY-4.0")
          String license,
      @Range(min = 1) @Nullable Integer limit) {
    /** All rows. */
    public PairSource(String name, String uri, PairFormat format, String license) {
      this(name, uri, format, license, null);
    }
  }

  /** Shapes of preference files in common use; a file is one JSON array or JSON lines. */
  public enum PairFormat {
    /** {@code {"conversations":[{"from","value"}],"chosen":{"value"},"rejected":{"value"}}}. */
    @JsonProperty("sharegpt")
    SHAREGPT,
    /** {@code {"prompt","chosen","rejected"}}. */
    @JsonProperty("prompt")
    PROMPT
  }
}
