package dev.tatara.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import io.prometheus.client.CollectorRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class OperatorSettingsTest {
  @Test
  void itsOwnNamespaceIsWatchedIfNoneIsNamed() {
    OperatorSettings settings =
        OperatorSettings.fromEnvironment(
            Map.of("TATARA_OPERATOR_NAMESPACE", "models", "TATARA_WATCH_NAMESPACES", ""));

    assertThat(settings.watched()).containsExactly("models");
    assertThat(settings.report("models-ci")).isEqualTo("s3://tatara/runs/models-ci/result.json");
  }

  @Test
  void namespacesAndPrefixAreTakenAsTheChartWritesThem() {
    OperatorSettings settings =
        OperatorSettings.fromEnvironment(
            Map.of(
                "TATARA_OPERATOR_NAMESPACE", "models",
                "TATARA_WATCH_NAMESPACES", "team-b,team-a",
                "TATARA_BUCKET", "store",
                "TATARA_PREFIX", "team"));

    assertThat(settings.watched()).containsExactly("team-a", "team-b");
    assertThat(settings.report("team-a-ci"))
        .isEqualTo("s3://store/team/runs/team-a-ci/result.json");
  }

  @Test
  void withoutANamespaceItSaysWhatToSet() {
    assertThatThrownBy(() -> OperatorSettings.fromEnvironment(Map.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("TATARA_OPERATOR_NAMESPACE is not set");
  }

  @Test
  void healthIsToldByTheStatusOfAnAnswer() throws Exception {
    AtomicBoolean healthy = new AtomicBoolean(true);
    try (HealthServer server = HealthServer.start(Map.of(), healthy::get)) {
      assertThat(ask(server)).isEqualTo(200);
      healthy.set(false);
      assertThat(ask(server)).isEqualTo(503);
    }
  }

  @Test
  void resourcesAreCountedByWhatTellsMostOfThem() {
    CollectorRegistry registry = new CollectorRegistry();
    OperatorMetrics metrics = OperatorMetrics.in(registry);
    String[] labels = {"namespace", "condition"};
    String[] values = {"models", "Stalled"};

    metrics.seen(
        Examples.resource("7"),
        Examples.status(
            Examples.question(1, "7", PipelineResourceStatus.NONE, null),
            new Verdict.Refuse("Invalid", "spec.seed is wrong")));
    assertThat(registry.getSampleValue("tatara_operator_pipelines", labels, values)).isEqualTo(1);
    metrics.forget(Examples.resource("7"));
    assertThat(registry.getSampleValue("tatara_operator_pipelines", labels, values)).isNull();
  }

  private static int ask(HealthServer server) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/healthz".formatted(server.port()));
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
        .statusCode();
  }
}
