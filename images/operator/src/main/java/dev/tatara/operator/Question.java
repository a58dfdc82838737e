package dev.tatara.operator;

import dev.tatara.config.run.PipelineSpec;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that decides what is to be done about a resource.
 *
 * @param uid of the resource
 * @param generation of its spec
 * @param run name of the run
 * @param remembered its status as last written
 * @param facts the workflow of that name; null if Temporal has none
 * @param input the spec that this workflow was started with; null if not known
 */
record Question(
    String uid,
    long generation,
    String run,
    Desired desired,
    PipelineResourceStatus remembered,
    @Nullable RunFacts facts,
    @Nullable PipelineSpec input) {
  private static final int MOST_KEYS = 12;

  /** Whether the workflow's own input is worth a look. */
  boolean needsInput() {
    return desired instanceof Desired.Document document
        && facts != null
        && facts.belongsTo(uid)
        && !isKnown(document);
  }

  Question withInput(@Nullable PipelineSpec itsInput) {
    return new Question(uid, generation, run, desired, remembered, facts, itsInput);
  }

  Question with(RunFacts newFacts) {
    return new Question(uid, generation, run, desired, remembered, newFacts, input);
  }

  Verdict verdict() {
    if (isOutdated()) {
      return new Verdict.LookAgain();
    }
    if (desired instanceof Desired.Unsound unsound) {
      return new Verdict.Refuse(unsound.reason(), unsound.sentence());
    }
    List<String> changes = changes((Desired.Document) desired);
    return facts != null && facts.belongsTo(uid) ? onOwn(facts, changes) : withoutOwn(changes);
  }

  private Verdict onOwn(RunFacts own, List<String> changes) {
    if (changes.isEmpty()) {
      return new Verdict.Accept(!own.isRunning() || seenGeneration() >= generation);
    }
    return own.isRunning()
        ? new Verdict.Refuse(Reasons.SPEC_CHANGE_REFUSED, refusal(changes))
        : new Verdict.Start();
  }

  /** There is no workflow of that name, or it is somebody else's. */
  private Verdict withoutOwn(List<String> changes) {
    boolean ran = remembered.specGeneration() != null && changes.isEmpty();
    if (ran && remembered.completionTime() != null) {
      return new Verdict.Accept(true);
    }
    if (facts != null && facts.isRunning()) {
      return new Verdict.Refuse(Reasons.NAME_TAKEN, taken(facts.owner()));
    }
    return ran ? new Verdict.Gone(gone()) : new Verdict.Start();
  }

  /** An operator with a newer view of the resource was here before. */
  private boolean isOutdated() {
    return facts != null
        && facts.belongsTo(uid)
        && facts.owner() != null
        && facts.owner().generation() > generation;
  }

  private List<String> changes(Desired.Document document) {
    if (isKnown(document)) {
      return List.of();
    }
    return input == null
        ? List.of("spec")
        : SpecTree.of(input).changesTo(SpecTree.of(document.document().spec()));
  }

  /** Newest generation of the spec whose budget the run knows. */
  private long seenGeneration() {
    long started = facts == null || facts.owner() == null ? 0 : facts.owner().generation();
    Long accepted = remembered.specGeneration();
    return accepted == null ? started : Math.max(started, accepted);
  }

  /** It is the spec that has been run already, as far as status and memo tell. */
  private boolean isKnown(Desired.Document document) {
    Long ranGeneration = remembered.specGeneration();
    String ranDigest = remembered.specDigest();
    Owner owner = facts == null || !facts.belongsTo(uid) ? null : facts.owner();
    if (owner != null && (ranGeneration == null || owner.generation() > ranGeneration)) {
      // The status was not written after the newest start.
      ranGeneration = owner.generation();
      ranDigest = owner.specDigest();
    }
    return ranGeneration != null
        && (ranGeneration == generation || document.digest().equals(ranDigest));
  }

  private String taken(@Nullable Owner owner) {
    String whose =
        owner == null
            ? "which nobody says belongs to a resource"
            : "which belongs to the resource %s in namespace %s (uid %s)"
                .formatted(owner.name(), owner.namespace(), owner.uid());
    return "a workflow %s is at work already, %s; wait for its end, cancel it by temporal workflow cancel --workflow-id %s, or give this resource another name"
        .formatted(run, whose, run);
  }

  private static String refusal(List<String> changes) {
    String keys = String.join(", ", changes.subList(0, Math.min(MOST_KEYS, changes.size())));
    String more =
        changes.size() > MOST_KEYS ? " and %d more".formatted(changes.size() - MOST_KEYS) : "";
    return "%s%s changed while the run is at work; it goes on with the spec that it began with. Put the old value back to keep it, delete the resource and apply it again to begin anew now, or leave it: when the run has ended, another begins with the new spec"
        .formatted(keys, more);
  }

  private String gone() {
    return "Temporal knows no workflow %s any more: it was deleted there, or it ended and its retention passed while nobody looked. Its artifacts are kept; delete the resource and apply it again to run it again"
        .formatted(run);
  }
}
