package dev.tatara.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.run.ModelShape;
import org.jspecify.annotations.Nullable;

/**
 * A model's dimensions: what {@code config.json} of its Hugging Face folder says.
 *
 * @param headSize width of one head
 * @param maxPositions longest sequence the model is meant for, in tokens
 * @param normEpsilon added to the mean square in every RMS norm
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling null: frequencies as they are
 * @param beginOfText token ids, for whoever generates with the model
 * @param imported the {@code config.json} that this was read from, so that writing it again loses
 *     nothing; null for a new model
 */
public record HuggingFaceConfig(
    Family family,
    int vocabularySize,
    int hiddenSize,
    int layers,
    int heads,
    int keyValueHeads,
    int headSize,
    int intermediateSize,
    int maxPositions,
    double normEpsilon,
    double ropeTheta,
    @Nullable RopeScaling ropeScaling,
    boolean tiedEmbeddings,
    int beginOfText,
    int endOfText,
    int padding,
    @Nullable JsonNode imported) {
  private static final double NORM_EPSILON = 1e-5;
  private static final double ROPE_THETA = 10_000;

  /** A new model of this shape; token ids as {@code tokenize} gives them out. */
  public static HuggingFaceConfig fresh(
      ModelShape shape, int vocabularySize, int maxPositions, int endOfText, int padding) {
    return new HuggingFaceConfig(
        Family.valueOf(shape.architecture().name()),
        vocabularySize,
        shape.hiddenSize(),
        shape.layers(),
        shape.heads(),
        shape.keyValueHeads(),
        shape.headSize(),
        shape.intermediateSize(),
        maxPositions,
        NORM_EPSILON,
        ROPE_THETA,
        null,
        shape.tiedEmbeddings(),
        endOfText,
        endOfText,
        padding,
        null);
  }

  /** The same model, meant for sequences at least this long. */
  public HuggingFaceConfig reaching(int positions) {
    return new HuggingFaceConfig(
        family,
        vocabularySize,
        hiddenSize,
        layers,
        heads,
        keyValueHeads,
        headSize,
        intermediateSize,
        Math.max(maxPositions, positions),
        normEpsilon,
        ropeTheta,
        ropeScaling,
        tiedEmbeddings,
        beginOfText,
        endOfText,
        padding,
        imported);
  }

  /** Width of the query projection. */
  int queryWidth() {
    return heads * headSize;
  }

  /** Width of the key projection, and of the value projection. */
  int keyValueWidth() {
    return keyValueHeads * headSize;
  }
}
