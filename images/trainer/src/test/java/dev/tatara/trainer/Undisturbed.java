package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.TrainTask;
import java.io.IOException;
import java.util.Objects;

/**
 * A task that ran to its end undisturbed: the measure of those that do not.
 *
 * @param result of it
 */
record Undisturbed(Workbench bench, TrainTask task, Manifest result) {
  /** Runs the task. */
  static Undisturbed run(Workbench bench, TrainTask task) throws IOException, InterruptedException {
    assertThat(bench.run(task, 1)).hasSize(task.worldSize()).containsOnly(ExitCode.DONE);
    return new Undisturbed(bench, task, bench.result(task));
  }

  /** What its model's words are cut by. */
  ArtifactRef tokenizer() {
    return Objects.requireNonNull(task.inputs().get("tokenizer"));
  }

  /** The same work, to be done once more. */
  TrainTask again(String fingerprint) {
    return Workbench.again(task, fingerprint);
  }

  /** The other one has made the same model, bit for bit, from the same samples. */
  void assertSame(TrainTask other) {
    assertThat(bench.result(other).objects()).isEqualTo(result.objects());
    assertThat(bench.result(other).counts()).isEqualTo(result.counts());
  }
}
