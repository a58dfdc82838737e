package dev.tatara.evaluator.verify;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.task.VerifyTask;
import dev.tatara.config.task.VerifyTask.Verification;
import dev.tatara.evaluator.evaluate.ModelDownload;
import dev.tatara.evaluator.model.CausalModel;
import dev.tatara.evaluator.model.Safetensors;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares the trainer's logits with those of this engine; whether they suffice is for others. */
public final class LogitVerification {
  private static final Logger LOG = LoggerFactory.getLogger(LogitVerification.class);

  private final Artifacts artifacts;
  private final Path cache;

  public LogitVerification(Artifacts artifacts, Path cache) {
    this.artifacts = artifacts;
    this.cache = cache;
  }

  /**
   * Computes, writes the verification to {@code task.output} and returns it.
   *
   * @throws InvalidInputException if the trainer's logits do not belong to the inputs
   */
  public Verification run(VerifyTask task) {
    ObjectStore store = artifacts.store();
    int[][] inputs = Json.read(store.read(task.inputs()), int[][].class);
    Safetensors logits = Safetensors.of(store.read(task.logits()), store.uri(task.logits()));
    try (ModelDownload download =
            ModelDownload.of(artifacts, task.model(), cache, "verify-" + task.run());
        CausalModel model = CausalModel.load(download.folder())) {
      Verification verification = compared(model, inputs, logits, task.tolerance());
      store.write(task.output(), Json.bytes(verification));
      LOG.info("verify {}", Json.text(verification));
      return verification;
    }
  }

  static Verification compared(
      CausalModel model, int[][] inputs, Safetensors theirs, double tolerance) {
    double largest = 0;
    long positions = 0;
    for (int i = 0; i < inputs.length; i++) {
      float[] expected = theirs.floats("logits_" + i);
      float[] ours = model.logits(inputs[i]);
      if (ours.length != expected.length) {
        throw new InvalidInputException(
            "logits_%d has shape %s, but sequence %d has %d tokens and the vocabulary %d; score the same inputs again"
                .formatted(
                    i,
                    theirs.shape("logits_" + i),
                    i,
                    inputs[i].length,
                    model.config().vocabularySize()));
      }
      largest = Math.max(largest, largestDifference(ours, expected));
      positions += inputs[i].length;
    }
    // Nothing compared proves nothing.
    return new Verification(largest, positions, positions > 0 && largest <= tolerance);
  }

  private static double largestDifference(float[] ours, float[] theirs) {
    double largest = 0;
    for (int i = 0; i < ours.length; i++) {
      double difference = Math.abs((double) ours[i] - theirs[i]);
      // NaN compares as nothing: it must never pass. JSON has no infinity.
      largest = Math.max(largest, Double.isFinite(difference) ? difference : Double.MAX_VALUE);
    }
    return largest;
  }
}
