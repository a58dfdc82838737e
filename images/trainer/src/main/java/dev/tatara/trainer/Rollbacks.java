package dev.tatara.trainer;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.divergence.Rollback;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process does about steps that went wrong: it keeps in mind where to go back to until a
 * gang has begun there, and gives up where that has happened too often.
 */
final class Rollbacks {
  private final Place place;
  private final Incidents incidents;

  /** No gang has begun with it yet. */
  private @Nullable DivergedException pending;

  Rollbacks(Place place, Incidents incidents) {
    this.place = place;
    this.incidents = incidents;
  }

  /**
   * The next gang is to go back to before this step.
   *
   * @param skipped samples that were left out so far
   * @throws DivergedException.Final if it went wrong more often than it may
   */
  void plan(DivergedException diverged, List<SampleRange> skipped) {
    TrainTask task = place.task();
    int recent =
        Rollback.recent(diverged.lastStep() - 1, task.batch(), skipped, task.divergence().window());
    if (recent >= task.divergence().limit()) {
      throw giveUp(diverged, recent);
    }
    pending = diverged;
  }

  /** No state of more steps than these will do for the next gang. */
  int mostSteps() {
    DivergedException diverged = pending;
    return diverged == null ? Integer.MAX_VALUE : diverged.rollback().step();
  }

  /**
   * What the next gang leaves out. If that has grown, it is an incident.
   *
   * @param before what the gangs before it left out
   * @param epoch of the next gang
   */
  List<SampleRange> skip(List<SampleRange> before, int epoch) {
    DivergedException diverged = pending;
    if (diverged == null) {
      return before;
    }
    SampleRange skip = diverged.rollback().skip();
    incidents.add(
        Incidents.CAUSE,
        diverged.age(),
        FailureClass.DIVERGENCE,
        "%s; samples %d to %d are skipped"
            .formatted(diverged.evidence(), skip.from(), skip.until() - 1),
        epoch - 1,
        diverged.lastStep());
    List<SampleRange> skipped = new ArrayList<>(before);
    skipped.add(skip);
    return skipped;
  }

  /** The store remembers it from here on. */
  void done() {
    pending = null;
  }

  private DivergedException.Final giveUp(DivergedException diverged, int rollbacks) {
    int epoch = place.epochs().own();
    if (place.leads()) {
      incidents.add(
          Incidents.CAUSE,
          diverged.age(),
          FailureClass.DIVERGENCE,
          diverged.evidence(),
          epoch,
          diverged.lastStep());
      // Where the next epoch would have put it; this one's first place may be taken.
      incidents.writeFinal(epoch + 1);
    }
    TrainTask task = place.task();
    SampleRange samples = diverged.rollback().skip();
    String stage = task.stage().word();
    return new DivergedException.Final(
        "%s diverged again after %d rollbacks (%s.divergence.limit is %d): %s. Look at the samples %d to %d, lower %s.optimizer.learningRate (now %s) or raise its warmup"
            .formatted(
                stage,
                rollbacks,
                stage,
                task.divergence().limit(),
                diverged.evidence(),
                samples.from(),
                samples.until() - 1,
                stage,
                task.optimizer().learningRate()));
  }
}
