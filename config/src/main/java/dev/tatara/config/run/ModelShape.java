package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tatara.config.strict.Range;

/**
 * Dimensions of a LLaMA-family model, named as in Hugging Face {@code LlamaConfig}. The vocabulary
 * comes from the tokenizer.
 *
 * @param hiddenSize width of the residual stream
 * @param layers transformer blocks
 * @param heads query heads; {@code hiddenSize} is divisible by it
 * @param keyValueHeads key and value heads; {@code heads} is divisible by it; as many as {@code
 *     heads} when left out
 * @param intermediateSize width of the SwiGLU layer
 * @param tiedEmbeddings output projection shares the embedding
 * @param architecture member of the family, which decides where it normalises
 */
public record ModelShape(
    @Range(min = 8, max = 65_536) Integer hiddenSize,
    @Range(min = 1, max = 1_000) Integer layers,
    @Range(min = 1, max = 1_024) Integer heads,
    @Range(min = 1, max = 1_024) Integer keyValueHeads,
    @Range(min = 8, max = 1_000_000) Integer intermediateSize,
    Boolean tiedEmbeddings,
    Architecture architecture) {
  public ModelShape {
    architecture = architecture == null ? Architecture.LLAMA : architecture;
    keyValueHeads = keyValueHeads == null ? heads : keyValueHeads;
    tiedEmbeddings = tiedEmbeddings == null || tiedEmbeddings;
  }

  /** A LLaMA. */
  public ModelShape(
      Integer hiddenSize,
      Integer layers,
      Integer heads,
      Integer keyValueHeads,
      Integer intermediateSize,
      Boolean tiedEmbeddings) {
    this(
        hiddenSize,
        layers,
        heads,
        keyValueHeads,
        intermediateSize,
        tiedEmbeddings,
        Architecture.LLAMA);
  }

  /** Members of the LLaMA family. */
  public enum Architecture {
    /** Norms before attention and before the MLP. */
    @JsonProperty("llama")
    LLAMA,
    /** Also norms of each query and key head (Qwen3). */
    @JsonProperty("qwen3")
    QWEN3,
    /** Norms after attention and MLP, and of all queries and keys (OLMo 2). */
    @JsonProperty("olmo2")
    OLMO2
  }

  /** Width of one head. */
  public int headSize() {
    return hiddenSize / heads;
  }

  /** Parameters without the embedding and the output projection. */
  public long bodyParameters() {
    long attention = 2L * hiddenSize * hiddenSize + 2L * hiddenSize * keyValueHeads * headSize();
    long mlp = 3L * hiddenSize * intermediateSize;
    return layers * (attention + mlp + 2L * hiddenSize + queryAndKeyNorms()) + hiddenSize;
  }

  private long queryAndKeyNorms() {
    return switch (architecture) {
      case LLAMA -> 0;
      case QWEN3 -> 2L * headSize();
      case OLMO2 -> (long) (heads + keyValueHeads) * headSize();
    };
  }

  /**
   * Floating-point operations of training on one token: 6 for each parameter, and 12 · layers ·
   * width · length for attention (PaLM, Chowdhery et al., arXiv 2204.02311, appendix B).
   *
   * @param sequenceLength tokens of a sample
   */
  public static double flopsPerToken(
      long parameters, int layers, int queryWidth, int sequenceLength) {
    return 6.0 * parameters + 12.0 * layers * queryWidth * sequenceLength;
  }

  /** All parameters with a vocabulary of this size. */
  public long parameters(int vocabularySize) {
    long embedding = (long) vocabularySize * hiddenSize;
    return bodyParameters() + embedding * (tiedEmbeddings ? 1 : 2);
  }
}
