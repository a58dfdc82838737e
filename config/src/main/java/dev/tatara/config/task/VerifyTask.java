package dev.tatara.config.task;

import dev.tatara.config.artifact.ArtifactRef;

/**
 * Asks the evaluator to compute the logits of a model with its own engine and to compare them with
 * those of the trainer.
 *
 * @param inputs key of the token ids, as in {@link ScoreTask}
 * @param logits key of the trainer's logits, as in {@link ScoreTask#output()}
 * @param tolerance largest difference of a logit that is accepted
 * @param output key of the {@link Verification} to write
 */
public record VerifyTask(
    String run, ArtifactRef model, String inputs, String logits, double tolerance, String output) {

  /**
   * What the comparison came to.
   *
   * @param maxDifference largest difference of a logit
   * @param positions positions compared
   * @param accepted the difference is within the tolerance
   */
  public record Verification(double maxDifference, long positions, boolean accepted) {}
}
