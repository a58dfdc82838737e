package dev.tatara.config.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run will take, computed before anything is done.
 *
 * @param parameters of the model, embeddings included
 * @param bodyParameters without embedding and output projection
 * @param flopsPerToken floating-point operations of training on one token, attention included
 *     (PaLM, Chowdhery et al., arXiv 2204.02311, appendix B); null in estimates from before it was
 *     counted
 * @param trainingFlops of all tokens
 * @param tokensPerParameter of pretraining; about 20 is compute-optimal (Hoffmann et al., arXiv
 *     2203.15556)
 * @param bytesPerRank parameters, gradients, optimizer state and activations
 * @param checkpointBytes of one checkpoint, all ranks together
 * @param sourceBytes bytes of the sources as stored
 * @param estimatedSeconds of pretraining, at the given speed
 * @param flopsPerSecond speed that the estimate rests on, all ranks together
 * @param notes remarks for people, for example that tokens will be repeated
 */
public record PlanEstimate(
    long parameters,
    long bodyParameters,
    int steps,
    long tokens,
    @Nullable Double flopsPerToken,
    double trainingFlops,
    double tokensPerParameter,
    long bytesPerRank,
    long checkpointBytes,
    long sourceBytes,
    double estimatedSeconds,
    double flopsPerSecond,
    List<String> notes) {
  public PlanEstimate {
    notes = List.copyOf(notes);
  }
}
