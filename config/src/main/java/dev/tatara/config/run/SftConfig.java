package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Supervised fine-tuning on chats; only the assistant's tokens are learned.
 *
 * @param data files of chats
 * @param epochs passes over the chats
 * @param batch chats in one step, over all ranks; a multiple of {@code pretrain.workers}
 * @param maxTokens longest chat in tokens; what is longer is cut
 * @param heldOut share of chats, chosen by digest, on which the loss is measured and never trained
 * @param optimizer AdamW and its schedule; its defaults differ from pretraining
 * @param checkpoint when the state of this stage is saved
 */
public record SftConfig(
    @Range(min = 1) List<ChatSource> data,
    @Range(min = 1) Integer epochs,
    @Range(min = 1) Integer batch,
    @Range(min = 8) Integer maxTokens,
    @Range(min = 0, below = 1) Double heldOut,
    @JsonDeserialize(using = PostTrainingOptimizer.Sft.class) OptimizerConfig optimizer,
    CheckpointConfig checkpoint) {
  public SftConfig {
    data = data == null ? List.of() : List.copyOf(data);
    epochs = epochs == null ? 2 : epochs;
    batch = batch == null ? 16 : batch;
    maxTokens = maxTokens == null ? 256 : maxTokens;
    heldOut = heldOut == null ? 0.05 : heldOut;
    optimizer = optimizer == null ? PostTrainingOptimizer.SFT : optimizer;
    checkpoint = checkpoint == null ? CheckpointConfig.DEFAULT : checkpoint;
  }

  /**
   * One set of chats.
   *
   * @param name name of the source in the data account
   * @param uri as in {@code collect.sources}
   * @param license SPDX expression
   * @param limit first rows to use; all when left out
   */
  public record ChatSource(
      @Matches(regex = Matches.LABEL, rule = Matches.LABEL_RULE, example = "chats") String name,
      @Matches(regex = Locations.REGEX, rule = Locations.RULE, example = "file:data/chats.jsonl")
          String uri,
      ChatFormat format,
      @Matches(regex = Matches.VISIBLE, rule = "must name the licence", example = "CC-BY-4.0")
          String license,
      @Range(min = 1) @Nullable Integer limit) {
    /** All rows. */
    public ChatSource(String name, String uri, ChatFormat format, String license) {
      this(name, uri, format, license, null);
    }
  }

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
