package dev.tatara.operator;

import dev.tatara.config.run.BudgetConfig;
import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.workflows.BudgetChange;
import dev.tatara.workflows.PipelineStatus;
import java.util.Objects;

/** The one part of a spec that may be edited while its run is at work. */
record BudgetEdit(PipelineResource resource, Question question, RunFacts facts) {
  private static final String ACTOR = "operator";

  /**
   * Lets the run have the budget of the spec.
   *
   * @return accepted, not yet applied if no worker answers, or refused
   */
  Verdict applyBy(TemporalOrders orders) {
    PipelineStatus progress = facts.progress();
    if (progress == null) {
      return new Verdict.Accept(false);
    }
    BudgetConfig wanted = ((Desired.Document) question.desired()).document().spec().budget();
    if (Objects.equals(wanted, progress.budget())) {
      return new Verdict.Accept(true);
    }
    if (wanted == null) {
      return new Verdict.Refuse(
          Reasons.BUDGET_REFUSED,
          "spec.budget was taken away while the run is at work, which goes on with the old one; put it back, or write a larger one");
    }
    String reason =
        "generation %d of the resource %s in namespace %s"
            .formatted(
                question.generation(),
                resource.getMetadata().getName(),
                resource.getMetadata().getNamespace());
    TemporalOrders.Answer answer =
        orders.changeBudget(
            question.run(), facts, new BudgetChange(wanted, ACTOR, reason), question.generation());
    return answer.refusal().isEmpty()
        ? new Verdict.Accept(answer.came())
        : new Verdict.Refuse(
            Reasons.BUDGET_REFUSED, "the run refuses its new budget: " + answer.refusal());
  }
}
