package dev.tatara.trainer;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.model.ModelFolder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a task ends: rank 0 writes the model, the others stay until it is there, since they may be
 * needed once more.
 */
final class Ending {
  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Place place;
  private final Curriculum curriculum;
  private final SpecialTokens special;
  private final BooleanSupplier stopRequested;

  Ending(Place place, Curriculum curriculum, SpecialTokens special, BooleanSupplier stopRequested) {
    this.place = place;
    this.curriculum = curriculum;
    this.special = special;
    this.stopRequested = stopRequested;
  }

  /**
   * Ends the work of this rank.
   *
   * @param start of its last gang
   * @return exit code
   */
  int finish(Start start, Trail trail) {
    TrainTask task = place.task();
    LOG.info(
        "run={} rank={} rss_mb={}", task.run(), place.gang().rank(), ResidentMemory.megabytes());
    place.gang().barrier();
    if (!place.leads()) {
      ModelFolder.accompany(curriculum.model().parameters());
      return awaitArtifact();
    }
    ArtifactRef ref =
        new ModelArtifact(place.artifacts(), task, this::requireNewest)
            .write(curriculum, special, trail, start.skipped());
    LOG.info("run={} stage={} wrote {}", task.run(), task.stage(), ref.uri());
    return ExitCode.DONE;
  }

  private void requireNewest() {
    place.epochs().look();
    place.epochs().requireNewest();
  }

  private Optional<ArtifactRef> artifact() {
    return place.artifacts().find(place.task().stage(), place.task().fingerprint());
  }

  private int awaitArtifact() {
    while (StorePatience.insist(this::artifact).isEmpty()) {
      if (stopRequested.getAsBoolean()) {
        return ExitCode.PREEMPTED;
      }
      place.epochs().requireNewest();
      // The store has no way to tell when an object appears.
      LockSupport.parkNanos(POLL.toNanos());
    }
    return ExitCode.DONE;
  }
}
