package dev.tatara.workflows.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import io.temporal.common.VersioningBehavior;
import io.temporal.worker.WorkerDeploymentOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeploymentTest {
  @Test
  void aWorkerIsTheBuildThatItsEnvironmentNames() {
    WorkerDeploymentOptions build =
        Deployment.of(
                Map.of("TEMPORAL_DEPLOYMENT_NAME", "tatara", "TEMPORAL_WORKER_BUILD_ID", "1.2"))
            .orElseThrow();

    assertThat(build.getVersion().toCanonicalString()).isEqualTo("tatara.1.2");
    assertThat(build.isUsingVersioning()).isTrue();
    assertThat(build.getDefaultVersioningBehavior()).isEqualTo(VersioningBehavior.PINNED);
  }

  @Test
  void aWorkerWithoutTheTwoVariablesHasNoVersions() {
    assertThat(Deployment.of(Map.of())).isEmpty();
    assertThat(Deployment.of(Map.of("TEMPORAL_DEPLOYMENT_NAME", " "))).isEmpty();
  }

  @Test
  void oneOfTheTwoIsTooLittle() {
    assertThatThrownBy(() -> Deployment.of(Map.of("TEMPORAL_WORKER_BUILD_ID", "1.2")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("TEMPORAL_WORKER_BUILD_ID is set, but not TEMPORAL_DEPLOYMENT_NAME");
  }
}
