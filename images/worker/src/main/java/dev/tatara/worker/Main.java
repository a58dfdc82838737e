package dev.tatara.worker;

import dev.tatara.base.metrics.MetricsServer;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.ExitCode;
import dev.tatara.k8s.LocalPods;
import dev.tatara.k8s.Pods;
import dev.tatara.k8s.Program;
import dev.tatara.k8s.cluster.ClusterSettings;
import dev.tatara.k8s.cluster.KubernetesPods;
import dev.tatara.workflows.client.Deployment;
import dev.tatara.workflows.client.RegisteredAttributes;
import dev.tatara.workflows.client.TemporalConnection;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.temporal.client.WorkflowClient;
import java.nio.file.Path;
import java.util.Map;

/** A worker as a process of its own, on the servers that the environment names. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Map<String, String> environment = System.getenv();
    try {
      WorkerSettings settings = settings(environment);
      WorkflowClient client = TemporalConnection.connect(environment);
      TataraWorker worker =
          TataraWorker.start(
              client,
              settings,
              pods(environment, settings),
              RegisteredAttributes.of(client),
              Deployment.of(environment));
      Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "drain"));
      // Whoever asks for metrics learns thereby that the worker serves its queues.
      MetricsServer.start(environment);
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      System.exit(ExitCode.USER);
    }
  }

  /** {@code TATARA_PODS}: {@code local}, or {@code kubernetes} for the cluster of this process. */
  private static Pods pods(Map<String, String> environment, WorkerSettings settings) {
    String place = environment.getOrDefault("TATARA_PODS", "local");
    return switch (place) {
      case "local" ->
          new LocalPods(settings.state(), image -> Program.installed(settings.home(), image));
      case "kubernetes" ->
          new KubernetesPods(
              new KubernetesClientBuilder().build(), ClusterSettings.fromEnvironment(environment));
      default ->
          throw new InvalidInputException(
              "TATARA_PODS is \"%s\"; set it to local or kubernetes".formatted(place));
    };
  }

  private static WorkerSettings settings(Map<String, String> environment) {
    Path home = Path.of(environment.getOrDefault("TATARA_HOME", ".")).toAbsolutePath();
    return new WorkerSettings(
        StoreSettings.fromEnvironment(environment),
        home,
        Path.of(environment.getOrDefault("TATARA_STATE", home.resolve(".tatara").toString())),
        home,
        Runtime.getRuntime().availableProcessors());
  }
}
