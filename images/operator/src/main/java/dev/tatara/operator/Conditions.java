package dev.tatara.operator;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conditions of a resource, those that tell most first: the one that is true of the run, the
 * others of it, then those of kstatus (https://github.com/kubernetes-sigs/cli-utils, {@code
 * pkg/kstatus}), then whether the spec is accepted.
 */
final class Conditions {
  static final String ACCEPTED = "Accepted";
  static final String RECONCILING = "Reconciling";
  static final String STALLED = "Stalled";
  static final String READY = "Ready";

  private final List<Condition> before;
  private final Instant now;
  private final List<Condition> conditions = new ArrayList<>();

  /**
   * @param before as they stand: one whose status stays keeps the time of its last change
   */
  Conditions(List<Condition> before, Instant now) {
    this.before = before;
    this.now = now;
  }

  List<Condition> list() {
    return List.copyOf(conditions);
  }

  /** Those of the run; none is true if there is no headline. */
  Conditions ofRun(Optional<Headline> headline, long generation) {
    headline.ifPresent(
        true_ -> add(true_.type(), "True", true_.reason(), true_.sentence(), generation));
    String instead = headline.map(Headline::type).orElse(Reasons.NOT_STARTED);
    Headline.TYPES.stream()
        .filter(type -> !type.equals(instead))
        .forEach(type -> add(type, "False", instead, "", generation));
    return this;
  }

  /** In progress for kstatus. */
  Conditions inProgress(String reason, String sentence, long generation) {
    add(RECONCILING, "True", reason, sentence, generation);
    add(STALLED, "False", reason, "", generation);
    return add(READY, "False", reason, "", generation);
  }

  /** Failed for kstatus: a person must do something. */
  Conditions stalled(String reason, String sentence, long generation) {
    add(STALLED, "True", reason, sentence, generation);
    add(RECONCILING, "False", reason, "", generation);
    return add(READY, "False", reason, "", generation);
  }

  /** Current for kstatus. */
  Conditions ready(String reason, String sentence, long generation) {
    add(READY, "True", reason, sentence, generation);
    add(RECONCILING, "False", reason, "", generation);
    return add(STALLED, "False", reason, "", generation);
  }

  Conditions accepted(String status, String reason, String sentence, long generation) {
    return add(ACCEPTED, status, reason, sentence, generation);
  }

  private Conditions add(
      String type, String status, String reason, String message, long generation) {
    String since =
        before.stream()
            .filter(condition -> type.equals(condition.getType()))
            .filter(condition -> status.equals(condition.getStatus()))
            .map(Condition::getLastTransitionTime)
            .findFirst()
            .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
    conditions.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(message)
            .withObservedGeneration(generation)
            .withLastTransitionTime(since)
            .build());
    return this;
  }
}
