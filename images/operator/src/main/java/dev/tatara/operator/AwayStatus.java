package dev.tatara.operator;

import dev.tatara.k8s.resource.PipelineResourceStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The status while nothing new can be learnt: the facts stay as they were seen last. */
final class AwayStatus {
  private AwayStatus() {}

  /**
   * While Temporal is away: no condition changes, and the edit of a spec stays unseen.
   *
   * @param sentence who does not answer, and what to do
   */
  static PipelineResourceStatus of(
      PipelineResourceStatus last, long generation, String sentence, Instant now) {
    Optional<Headline> headline = Headline.remembered(last);
    if (last.conditions().isEmpty()) {
      return last.withConditions(
          generation,
          new Conditions(List.of(), now)
              .ofRun(headline, generation)
              .inProgress(Reasons.TEMPORAL_AWAY, sentence, generation)
              .accepted("Unknown", Reasons.TEMPORAL_AWAY, sentence, generation)
              .list());
    }
    String known =
        Headline.RUNNING.equals(headline.map(Headline::type).orElse(""))
                || Headline.PAUSED.equals(headline.map(Headline::type).orElse(""))
            ? "last known: %s. %s".formatted(Headline.place(last), sentence)
            : sentence;
    return last.withConditions(
        last.observedGeneration(),
        last.conditions().stream()
            .map(
                condition ->
                    speaksOfNow(condition, headline) ? telling(condition, known) : condition)
            .toList());
  }

  /** While a deletion waits. */
  static PipelineResourceStatus deleting(
      PipelineResourceStatus last, long generation, String sentence, Instant now) {
    long ran = Objects.requireNonNullElse(last.specGeneration(), generation);
    String whole = "the resource is being deleted, and its run is being cancelled: " + sentence;
    Optional<Headline> headline =
        Headline.remembered(last).map(was -> new Headline(was.type(), Reasons.CANCELLING, whole));
    return last.withConditions(
        generation,
        new Conditions(last.conditions(), now)
            .ofRun(headline, ran)
            .inProgress(Reasons.CANCELLING, whole, generation)
            .accepted("True", Reasons.ACCEPTED, "the spec is sound", generation)
            .list());
  }

  /** A run that has ended, and a spec that was refused, are not touched by who is away. */
  private static boolean speaksOfNow(Condition condition, Optional<Headline> headline) {
    String type = headline.map(Headline::type).orElse("");
    boolean ofRun =
        condition.getType().equals(type)
            && (type.equals(Headline.RUNNING) || type.equals(Headline.PAUSED));
    return "True".equals(condition.getStatus())
        && (ofRun || condition.getType().equals(Conditions.RECONCILING));
  }

  private static Condition telling(Condition condition, String sentence) {
    return new ConditionBuilder(condition)
        .withReason(Reasons.TEMPORAL_AWAY)
        .withMessage(sentence)
        .build();
  }
}
