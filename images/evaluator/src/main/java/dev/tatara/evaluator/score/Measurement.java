package dev.tatara.evaluator.score;

import java.util.List;

/** Something to measure of a model: asks for scores of sequences, and makes metrics of them. */
public interface Measurement {
  /** What the model must score. */
  List<ScoredSequence> sequences();

  /**
   * Adds metrics and counts.
   *
   * @param scores log-probabilities of the scored tokens, one array per sequence, in their order
   */
  void report(List<float[]> scores, Results results);
}
