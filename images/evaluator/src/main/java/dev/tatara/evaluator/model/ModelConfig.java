package dev.tatara.evaluator.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a model, as config.json tells it.
 *
 * @param hiddenSize width of the residual stream
 * @param heads query heads
 * @param keyValueHeads key and value heads; each serves {@code heads / keyValueHeads} query heads
 * @param tied the output projection is the embedding
 * @param maxPositions longest sequence, tokens
 * @param beginToken token before a text, or null
 * @param endTokens tokens that end a text
 */
public record ModelConfig(
    ModelFamily family,
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headSize,
    float normEpsilon,
    double ropeTheta,
    @Nullable RopeScaling ropeScaling,
    boolean tied,
    int maxPositions,
    @Nullable Integer beginToken,
    List<Integer> endTokens) {
  public ModelConfig {
    endTokens = List.copyOf(endTokens);
  }
}
