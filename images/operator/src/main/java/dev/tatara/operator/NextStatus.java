package dev.tatara.operator;

import dev.tatara.config.artifact.Stage;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.k8s.resource.PipelineResourceStatus.Cost;
import dev.tatara.workflows.PipelineStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The status that a resource is to have: a pure function of what was asked, found and decided.
 *
 * @param report where the result of the run is kept
 */
record NextStatus(Question question, Verdict verdict, String report, Instant now) {
  private static final String SOUND = "the spec is sound";

  PipelineResourceStatus status() {
    PipelineResourceStatus facts = facts();
    Optional<Headline> headline = headline(facts);
    return facts.withConditions(question.generation(), conditions(facts, headline));
  }

  private List<Condition> conditions(PipelineResourceStatus facts, Optional<Headline> headline) {
    long generation = question.generation();
    long ran = Objects.requireNonNullElse(facts.specGeneration(), generation);
    Conditions conditions = new Conditions(question.remembered().conditions(), now);
    if (verdict instanceof Verdict.Refuse refuse) {
      return conditions
          .ofRun(headline.map(NextStatus::besidesRefusal), ran)
          .stalled(refuse.reason(), refuse.sentence(), generation)
          .accepted("False", refuse.reason(), refuse.sentence(), generation)
          .list();
    }
    if (verdict instanceof Verdict.Gone gone) {
      return conditions
          .ofRun(Optional.empty(), ran)
          .stalled(Reasons.WORKFLOW_GONE, gone.sentence(), generation)
          .accepted("True", Reasons.ACCEPTED, SOUND, generation)
          .list();
    }
    Headline shown = headline.orElse(new Headline("", Reasons.NOT_STARTED, "the run is to start"));
    conditions.ofRun(headline, ran);
    switch (shown.type()) {
      case Headline.SUCCEEDED -> conditions.ready(shown.reason(), shown.sentence(), generation);
      case Headline.FAILED -> conditions.stalled(shown.reason(), shown.sentence(), generation);
      default -> conditions.inProgress(shown.reason(), shown.sentence(), generation);
    }
    return accepted()
        ? conditions.accepted("True", Reasons.ACCEPTED, SOUND, generation).list()
        : conditions
            .accepted("Unknown", shown.reason(), "the run is to be told its new budget", generation)
            .list();
  }

  /** The table shows what is true first, and that is that the run goes on. */
  private static Headline besidesRefusal(Headline headline) {
    return headline.type().equals(Headline.RUNNING) || headline.type().equals(Headline.PAUSED)
        ? new Headline(
            headline.type(),
            headline.reason(),
            headline.sentence() + "; the changed spec is refused, see the condition Accepted")
        : headline;
  }

  private Optional<Headline> headline(PipelineResourceStatus facts) {
    Optional<Headline> before = Headline.remembered(question.remembered());
    RunFacts own = own();
    return own == null
        ? before
        : Optional.of(
            Headline.of(question.run(), own, facts, isNewRun(own) ? Optional.empty() : before));
  }

  /** All but the conditions. */
  private PipelineResourceStatus facts() {
    RunFacts own = own();
    PipelineResourceStatus last =
        own != null && isNewRun(own) ? PipelineResourceStatus.NONE : question.remembered();
    if (own == null) {
      return last;
    }
    PipelineStatus progress = own.progress();
    return new PipelineResourceStatus(
        question.generation(),
        List.of(),
        stage(own, last),
        progress == null ? last.step() : step(progress, progress.step()),
        progress == null ? last.steps() : step(progress, progress.steps()),
        question.run(),
        own.runId(),
        own.firstRunId(),
        own.model(),
        own.isRunning() ? null : report,
        last.startTime() == null ? time(own.started()) : last.startTime(),
        time(own.closed()),
        cost(own, last),
        accepted() ? Long.valueOf(question.generation()) : specGeneration(own, last),
        accepted() ? digest() : specDigest(own, last));
  }

  private @Nullable RunFacts own() {
    RunFacts facts = question.facts();
    return facts != null && facts.belongsTo(question.uid()) ? facts : null;
  }

  /** The status is about an earlier run, if about any. */
  private boolean isNewRun(RunFacts own) {
    Long known = question.remembered().specGeneration();
    Owner owner = Objects.requireNonNull(own.owner());
    return known == null || owner.generation() > known;
  }

  private boolean accepted() {
    return verdict instanceof Verdict.Accept accept && accept.applied();
  }

  private @Nullable String digest() {
    return question.desired() instanceof Desired.Document document ? document.digest() : null;
  }

  private static long specGeneration(RunFacts own, PipelineResourceStatus last) {
    return last.specGeneration() == null
        ? Objects.requireNonNull(own.owner()).generation()
        : last.specGeneration();
  }

  private static @Nullable String specDigest(RunFacts own, PipelineResourceStatus last) {
    return last.specGeneration() == null
        ? Objects.requireNonNull(own.owner()).specDigest()
        : last.specDigest();
  }

  private static @Nullable String stage(RunFacts own, PipelineResourceStatus last) {
    if (own.phase() == RunFacts.Phase.COMPLETED) {
      return Stage.PUBLISH.word();
    }
    PipelineStatus progress = own.progress();
    Stage current = progress == null ? null : progress.current();
    return current == null ? last.stage() : current.word();
  }

  /** Nothing for a stage that does not train. */
  private static @Nullable Long step(PipelineStatus progress, long number) {
    return progress.steps() == 0 ? null : Long.valueOf(number);
  }

  private static @Nullable Cost cost(RunFacts own, PipelineResourceStatus last) {
    PipelineStatus progress = own.progress();
    Double hours = progress == null ? own.rankHours() : Double.valueOf(progress.rankHours());
    return hours == null ? last.cost() : new Cost(Math.round(hours * 1e4) / 1e4);
  }

  private static @Nullable String time(@Nullable Instant instant) {
    return instant == null ? null : instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
