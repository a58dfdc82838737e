package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Supervised fine-tuning on chats; only the assistant's tokens are learned.
 *
 * @param data files of chats
 * @param epochs passes over the chats
 * @param batch chats in one step, over all ranks
 * @param maxTokens longest chat in tokens; what is longer is cut
 * @param heldOut share of chats, chosen by digest, on which the loss is measured and never trained
 */
public record SftConfig(
    List<ChatSource> data,
    Integer epochs,
    Integer batch,
    Integer maxTokens,
    Double heldOut,
    OptimizerConfig optimizer,
    CheckpointConfig checkpoint) {
  public SftConfig {
    data = data == null ? List.of() : List.copyOf(data);
    epochs = epochs == null ? 2 : epochs;
    batch = batch == null ? 16 : batch;
    maxTokens = maxTokens == null ? 256 : maxTokens;
    heldOut = heldOut == null ? 0.05 : heldOut;
    optimizer = optimizer == null ? OptimizerConfig.forPostTraining(1e-3) : optimizer;
    checkpoint = checkpoint == null ? CheckpointConfig.DEFAULT : checkpoint;
  }

  /**
   * @param name name of the source in the data account
   * @param uri as in {@code collect.sources}
   */
  public record ChatSource(String name, String uri, ChatFormat format, String license) {}

  /** Shapes of chat files in common use; a file is one JSON array or JSON lines. */
  public enum ChatFormat {
    /** {@code {"messages":[{"role","content"}]}}. */
    @JsonProperty("messages")
    MESSAGES,
    /** {@code {"instruction","input","output"}}. */
    @JsonProperty("alpaca")
    ALPACA,
    /** {@code {"utterances":[{"name","text"}]}} as in megagonlabs/instruction_ja. */
    @JsonProperty("utterances")
    UTTERANCES,
    /** {@code {"instruction","instances":[{"input","output"}]}} as in self-instruct. */
    @JsonProperty("seed-tasks")
    SEED_TASKS
  }
}
