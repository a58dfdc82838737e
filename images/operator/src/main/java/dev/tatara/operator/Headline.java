package dev.tatara.operator;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.Wait;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the conditions of a run is true, and why.
 *
 * @param type {@code Running}, {@code Paused}, {@code Succeeded} or {@code Failed}
 * @param reason one word
 * @param sentence what is going on and, where there is something, what to do
 */
record Headline(String type, String reason, String sentence) {
  static final String RUNNING = "Running";
  static final String PAUSED = "Paused";
  static final String SUCCEEDED = "Succeeded";
  static final String FAILED = "Failed";

  /** Every type, the one that tells most first. */
  static final List<String> TYPES = List.of(FAILED, SUCCEEDED, PAUSED, RUNNING);

  private static final Set<Stage> TRAINING = Set.of(Stage.PRETRAIN, Stage.SFT, Stage.DPO);
  private static final String AGAIN =
      "; to run it again, mend the spec, or delete the resource and apply it again: what is finished is taken up";

  /** What was true when the status was written last. */
  static Optional<Headline> remembered(PipelineResourceStatus status) {
    return status.conditions().stream()
        .filter(condition -> TYPES.contains(condition.getType()))
        .filter(condition -> "True".equals(condition.getStatus()))
        .findFirst()
        .map(Headline::of);
  }

  private static Headline of(Condition condition) {
    return new Headline(condition.getType(), condition.getReason(), condition.getMessage());
  }

  /**
   * What the facts say.
   *
   * @param last the status that these facts give; of a silent workflow, with what was known last
   * @param before what was true before
   */
  static Headline of(
      String run, RunFacts facts, PipelineResourceStatus last, Optional<Headline> before) {
    return switch (facts.phase()) {
      case RUNNING -> {
        PipelineStatus progress = facts.progress();
        yield progress == null ? silent(facts, last, before) : running(run, progress, last);
      }
      case COMPLETED ->
          new Headline(
              SUCCEEDED,
              Reasons.PUBLISHED,
              last.model() == null ? "the run has ended" : "the model is at " + last.model());
      case FAILED ->
          failed(
              Reasons.RUN_FAILED,
              facts.failure() == null ? "it says not why" : facts.failure(),
              last);
      case CANCELED -> failed(Reasons.CANCELED, "the run was cancelled in Temporal", last);
      case TERMINATED ->
          failed(
              Reasons.TERMINATED,
              "the workflow was terminated in Temporal, which leaves pods behind: kubectl delete jobs -l tatara.dev/run=%s"
                  .formatted(run),
              last);
      case TIMED_OUT ->
          failed(
              Reasons.TIMED_OUT, "the workflow took longer than Temporal was told to allow", last);
    };
  }

  private static Headline failed(String reason, String why, PipelineResourceStatus last) {
    String report = last.report() == null ? "" : ". What it came to is in " + last.report();
    return new Headline(FAILED, reason, why + report + AGAIN);
  }

  private static Headline running(
      String run, PipelineStatus progress, PipelineResourceStatus last) {
    Wait wait = progress.waitsFor();
    if (wait != null) {
      return new Headline(PAUSED, reason(wait.kind()), waiting(wait, last));
    }
    if (progress.paused()) {
      return new Headline(
          PAUSED,
          Reasons.PAUSED,
          "%s; it goes on after temporal workflow signal --workflow-id %s --name resume"
              .formatted(place(last), run));
    }
    Stage stage = progress.current();
    if (stage == null) {
      return new Headline(RUNNING, Reasons.STARTING, "between two stages");
    }
    String trouble = trouble(progress, stage);
    if (!trouble.isEmpty()) {
      return new Headline(RUNNING, Reasons.TROUBLED, stage.word() + " waits: " + trouble);
    }
    return new Headline(
        RUNNING, TRAINING.contains(stage) ? Reasons.TRAINING : Reasons.WORKING, place(last));
  }

  private static String waiting(Wait wait, PipelineResourceStatus last) {
    String stage = last.stage() == null ? "" : last.stage() + ": ";
    // Whoever declares runs declares their budget, too.
    String spec =
        wait.kind() == Wait.Kind.BUDGET ? "; or raise spec.budget.rankHours of this resource" : "";
    return stage + wait.sentence() + spec;
  }

  private static String reason(Wait.Kind kind) {
    return switch (kind) {
      case PAUSE -> Reasons.PAUSED;
      case BUDGET -> Reasons.WAITING_FOR_BUDGET;
      case APPROVAL -> Reasons.WAITING_FOR_APPROVAL;
    };
  }

  /** A stage at work that has something to say waits for a person. */
  private static String trouble(PipelineStatus progress, Stage stage) {
    return progress.stages().stream()
        .filter(outcome -> outcome.stage() == stage)
        .filter(outcome -> outcome.state() == StageOutcome.State.RUNNING)
        .map(StageOutcome::note)
        .findFirst()
        .orElse("");
  }

  private static Headline silent(
      RunFacts facts, PipelineResourceStatus last, Optional<Headline> before) {
    String sentence = "last known: %s. %s".formatted(place(last), facts.silence());
    return before
        .filter(headline -> headline.type().equals(PAUSED))
        .map(headline -> new Headline(PAUSED, headline.reason(), sentence))
        .orElseGet(() -> new Headline(RUNNING, Reasons.WORKER_SILENT, sentence));
  }

  /** How far it is, in a few words. */
  static String place(PipelineResourceStatus status) {
    String stage = status.stage();
    if (stage == null) {
      return "no stage has begun";
    }
    Long steps = status.steps();
    @Nullable Long step = status.step();
    return steps == null || step == null || steps == 0
        ? stage + " is at work"
        : "%s is at step %d of %d".formatted(stage, step, steps);
  }
}
