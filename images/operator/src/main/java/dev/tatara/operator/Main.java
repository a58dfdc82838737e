package dev.tatara.operator;

import dev.tatara.base.metrics.MetricsServer;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.ExitCode;
import dev.tatara.workflows.client.TemporalConnection;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.prometheus.client.CollectorRegistry;
import io.temporal.client.WorkflowClient;
import java.time.Clock;
import java.util.Map;

/** The operator as a process, on the cluster that it runs in. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    try {
      OperatorSettings settings = OperatorSettings.fromEnvironment(environment);
      // Not connected here: Temporal may be away, and each resource says so then.
      WorkflowClient temporal = TemporalConnection.open(environment);
      KubernetesClient kubernetes = new KubernetesClientBuilder().build();
      OperatorMetrics metrics = OperatorMetrics.in(CollectorRegistry.defaultRegistry);
      OperatorProcess operator =
          OperatorProcess.start(
              kubernetes,
              settings,
              new PipelineReconciler(
                  new TemporalCalls(temporal), settings, metrics, Clock.systemUTC()),
              metrics);
      Runtime.getRuntime().addShutdownHook(new Thread(operator::close, "stop"));
      MetricsServer.start(environment);
      HealthServer.start(environment, operator::isHealthy);
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      System.exit(ExitCode.USER);
    }
  }
}
