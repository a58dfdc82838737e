package dev.tatara.config.run;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import org.jspecify.annotations.Nullable;

/**
 * How the base model is trained.
 *
 * @param model size by name, for example {@code 1m}
 * @param dimensions explicit dimensions, instead of {@code model}
 * @param from folder in Hugging Face layout to continue from, instead of {@code model} and {@code
 *     dimensions}: {@code file:PATH} or {@code s3://BUCKET/KEY} without the slash at the end. A
 *     LLaMA, Qwen3 or OLMo 2; its tokenizer is used too, so {@code tokenize.vocabularySize} is left
 *     out. It must be a byte-level BPE as SmolLM, Llama 3, Qwen3 and OLMo 2 have it; SentencePiece,
 *     as Llama 2 and TinyLlama have it, is refused
 * @param tokens training tokens; {@code 1500k}, {@code 2m} and {@code 3b} are understood
 * @param workers ranks; each holds the parameters and its slice of the optimizer state
 * @param sequenceLength tokens in one sample
 * @param batchTokens global batch, summed over ranks and micro-batches; a multiple of {@code
 *     sequenceLength} times {@code workers}
 * @param microBatch samples that one rank computes at a time; about 2,048 tokens when left out
 */
public record PretrainConfig(
    @Nullable String model,
    @Nullable ModelShape dimensions,
    @Matches(
            regex = Locations.FOLDER_REGEX,
            rule = Locations.FOLDER_RULE,
            example = "file:models/llama")
        @Nullable String from,
    @Range(min = 1) @JsonDeserialize(using = Quantity.class) Long tokens,
    @Range(min = 1, max = 100_000) Integer workers,
    @Range(min = 8, max = 10_000_000) Integer sequenceLength,
    @Range(min = 8, max = 1e9) @JsonDeserialize(using = Quantity.class) Long batchTokens,
    @Range(min = 1) Integer microBatch,
    LossConfig loss,
    OptimizerConfig optimizer,
    CheckpointConfig checkpoint,
    ValidationConfig validation,
    DivergenceConfig divergence,
    ExecutionConfig execution) {
  /** Enough tokens to keep a processor busy, few enough to stay in its caches. */
  private static final int MICRO_BATCH_TOKENS = 2048;

  public PretrainConfig {
    tokens = tokens == null ? 1_500_000L : tokens;
    workers = workers == null ? 2 : workers;
    sequenceLength = sequenceLength == null ? 256 : sequenceLength;
    batchTokens = batchTokens == null ? 8192L : batchTokens;
    microBatch = microBatch == null ? Math.max(1, MICRO_BATCH_TOKENS / sequenceLength) : microBatch;
    loss = loss == null ? LossConfig.DEFAULT : loss;
    optimizer = optimizer == null ? OptimizerConfig.DEFAULT : optimizer;
    checkpoint = checkpoint == null ? CheckpointConfig.DEFAULT : checkpoint;
    validation = validation == null ? ValidationConfig.DEFAULT : validation;
    divergence = divergence == null ? DivergenceConfig.DEFAULT : divergence;
    execution = execution == null ? ExecutionConfig.DEFAULT : execution;
  }

  /** Optimizer steps: the tokens in global batches, rounded down, at least one. */
  public int steps() {
    return (int) Math.max(1, tokens / batchTokens);
  }

  /** Samples of one global batch. */
  public int batchSamples() {
    return (int) (batchTokens / sequenceLength);
  }
}
