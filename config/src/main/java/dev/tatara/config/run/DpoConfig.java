package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Direct preference optimisation (Rafailov et al., arXiv 2305.18290), sigmoid loss, against the
 * frozen model it starts from.
 *
 * @param data files of preference pairs
 * @param beta strength of the pull towards the reference
 * @param epochs passes over the pairs
 * @param batch pairs in one step, over all ranks
 * @param maxTokens longest prompt plus answer in tokens; longer prompts are cut from the left,
 *     longer answers from the right
 */
public record DpoConfig(
    List<PairSource> data,
    Double beta,
    Integer epochs,
    Integer batch,
    Integer maxTokens,
    OptimizerConfig optimizer,
    CheckpointConfig checkpoint) {
  public DpoConfig {
    data = data == null ? List.of() : List.copyOf(data);
    beta = beta == null ? 0.1 : beta;
    epochs = epochs == null ? 1 : epochs;
    batch = batch == null ? 8 : batch;
    maxTokens = maxTokens == null ? 256 : maxTokens;
    optimizer = optimizer == null ? OptimizerConfig.forPostTraining(1e-4) : optimizer;
    checkpoint = checkpoint == null ? CheckpointConfig.DEFAULT : checkpoint;
  }

  /**
   * @param name name of the source in the data account
   * @param uri as in {@code collect.sources}
   */
  public record PairSource(String name, String uri, PairFormat format, String license) {}

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
