package dev.tatara.workflows;

import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.Intervention;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What people decide while a run goes on: whether its model may be published, and what it may use.
 * What makes no sense is refused with a sentence before it reaches the history.
 */
final class Interventions {
  private static final double MOST_RANK_HOURS = 1e9;

  private final List<Intervention> acts = new ArrayList<>();
  private boolean asked;
  private @Nullable Intervention decision;

  /** Takes up where a run left off that continues as new; a decision may be among them. */
  void restore(Carried carried) {
    acts.addAll(carried.interventions());
  }

  /** From now on, and until there is a decision, a model waits for approval. */
  void ask() {
    asked = true;
  }

  boolean isDecided() {
    return decision != null;
  }

  /**
   * The decision, once it is there.
   *
   * @throws ApplicationFailure if it was to reject
   */
  String approval(String kept) {
    if (decision == null) {
      throw new IllegalStateException("nobody has decided yet");
    }
    if (decision.what().equals("rejected")) {
      throw ApplicationFailure.newNonRetryableFailure(
          "%s rejected the %s model: %s. Nothing was published"
              .formatted(decision.actor(), kept, decision.reason()),
          "Rejected");
    }
    return "approved by %s: %s".formatted(decision.actor(), decision.reason());
  }

  void decide(boolean approved, Decision made) {
    decision = record(approved ? "approved" : "rejected", made.actor(), made.reason());
  }

  void changed(@Nullable BudgetConfig before, BudgetChange change) {
    if (!change.budget().equals(before)) {
      record(
          "changed the budget from %s to %s rank-hours"
              .formatted(RankMeter.words(before), RankMeter.words(change.budget())),
          change.actor(),
          change.reason());
    }
  }

  private Intervention record(String what, String actor, String reason) {
    String at = Instant.ofEpochMilli(Workflow.currentTimeMillis()).toString();
    Intervention act = new Intervention(at, what, actor, reason);
    acts.add(act);
    return act;
  }

  /** Oldest first. */
  List<Intervention> acts() {
    return acts;
  }

  void checkDecision(Decision made) {
    checkWho(made.actor(), made.reason());
    if (decision != null) {
      throw refused("the model was %s by %s already".formatted(decision.what(), decision.actor()));
    }
    if (!asked) {
      throw refused(
          "no model waits for approval; one does after the stage gate, if the run document says"
              + " gate.approval: required");
    }
  }

  static void checkChange(BudgetChange change) {
    checkWho(change.actor(), change.reason());
    Double hours = change.budget() == null ? null : change.budget().rankHours();
    if (hours == null || !(hours > 0) || hours > MOST_RANK_HOURS) {
      throw refused(
          "budget.rankHours is %s, but must be larger than 0 and at most 1e9; write the rank-hours of the whole run, those already used included"
              .formatted(hours == null ? "not given" : hours));
    }
  }

  private static void checkWho(@Nullable String actor, @Nullable String reason) {
    if (actor == null || actor.isBlank()) {
      throw refused("actor is blank, but must say who decides; write your name");
    }
    if (reason == null || reason.isBlank()) {
      throw refused("reason is blank, but must say why; write it in a few words");
    }
  }

  private static ApplicationFailure refused(String sentence) {
    return ApplicationFailure.newNonRetryableFailure(sentence, "Refused");
  }
}
