package dev.tatara.workflows.client;

import dev.tatara.config.InvalidInputException;
import io.temporal.common.VersioningBehavior;
import io.temporal.common.WorkerDeploymentVersion;
import io.temporal.worker.WorkerDeploymentOptions;
import java.util.Map;
import java.util.Optional;

/**
 * Which build of a worker deployment a worker is, in the variables that Temporal's worker
 * controller sets. Runs are pinned to the build on which they began, until they continue as new.
 */
public final class Deployment {
  private static final String NAME = "TEMPORAL_DEPLOYMENT_NAME";
  private static final String BUILD = "TEMPORAL_WORKER_BUILD_ID";

  private Deployment() {}

  /**
   * The deployment that the environment names; nothing if it names none: such a worker is not
   * versioned.
   *
   * @throws InvalidInputException if one of the two variables is missing
   */
  public static Optional<WorkerDeploymentOptions> of(Map<String, String> environment) {
    String name = environment.getOrDefault(NAME, "").strip();
    String build = environment.getOrDefault(BUILD, "").strip();
    if (name.isEmpty() && build.isEmpty()) {
      return Optional.empty();
    }
    if (name.isEmpty() || build.isEmpty()) {
      throw new InvalidInputException(
          "%s is set, but not %s; set both, or none of them for a worker without versions"
              .formatted(name.isEmpty() ? BUILD : NAME, name.isEmpty() ? NAME : BUILD));
    }
    return Optional.of(
        WorkerDeploymentOptions.newBuilder()
            .setUseVersioning(true)
            .setVersion(new WorkerDeploymentVersion(name, build))
            .setDefaultVersioningBehavior(VersioningBehavior.PINNED)
            .build());
  }
}
