package dev.tatara.activities.retention;

import dev.tatara.config.artifact.ArtifactRef;
import java.util.List;
import java.util.Map;

/** What Temporal knows of runs. */
public interface LiveRuns {
  /** Artifacts that each run at work has made or found so far, by its name. */
  Map<String, List<ArtifactRef>> atWork();

  /** Those of a run that has ended, whatever it came to; empty if nothing is known of it. */
  List<ArtifactRef> ofEnded(String run);
}
