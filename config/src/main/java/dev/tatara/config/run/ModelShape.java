package dev.tatara.config.run;

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
 */
public record ModelShape(
    @Range(min = 8, max = 65_536) Integer hiddenSize,
    @Range(min = 1, max = 1_000) Integer layers,
    @Range(min = 1, max = 1_024) Integer heads,
    @Range(min = 1, max = 1_024) Integer keyValueHeads,
    @Range(min = 8, max = 1_000_000) Integer intermediateSize,
    Boolean tiedEmbeddings) {
  public ModelShape {
    keyValueHeads = keyValueHeads == null ? heads : keyValueHeads;
    tiedEmbeddings = tiedEmbeddings == null || tiedEmbeddings;
  }

  /** Width of one head. */
  public int headSize() {
    return hiddenSize / heads;
  }

  /** Parameters without the embedding and the output projection. */
  public long bodyParameters() {
    long attention = 2L * hiddenSize * hiddenSize + 2L * hiddenSize * keyValueHeads * headSize();
    long mlp = 3L * hiddenSize * intermediateSize;
    return layers * (attention + mlp + 2L * hiddenSize) + hiddenSize;
  }

  /** All parameters with a vocabulary of this size. */
  public long parameters(int vocabularySize) {
    long embedding = (long) vocabularySize * hiddenSize;
    return bodyParameters() + embedding * (tiedEmbeddings ? 1 : 2);
  }
}
