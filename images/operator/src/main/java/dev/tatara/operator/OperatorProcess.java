package dev.tatara.operator;

import dev.tatara.config.InvalidInputException;
import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.k8s.resource.TrainingPipelineDefinition;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An operator at work: of several, the one that holds the lease acts. */
final class OperatorProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorProcess.class);

  /** Each look waits for Temporal, so that more than there are cores may be under way. */
  private static final int LOOKS_AT_ONCE = 16;

  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration RENEWAL = Duration.ofSeconds(10);
  private static final Duration ATTEMPT = Duration.ofSeconds(2);
  private static final Duration LAST_LOOKS = Duration.ofSeconds(12);

  private final Operator operator;
  private final OperatorMetrics metrics;
  private final AtomicBoolean closing = new AtomicBoolean();

  private OperatorProcess(
      KubernetesClient client, OperatorSettings settings, OperatorMetrics metrics) {
    this.metrics = metrics;
    this.operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(client)
                    .withMetrics(metrics)
                    .withConcurrentReconciliationThreads(LOOKS_AT_ONCE)
                    .withReconciliationTerminationTimeout(LAST_LOOKS)
                    .withLeaderElectionConfiguration(election(settings)));
  }

  /**
   * Starts to work, or to wait for the lease.
   *
   * @throws InvalidInputException if the cluster lacks the custom resource or a right
   */
  static OperatorProcess start(
      KubernetesClient client,
      OperatorSettings settings,
      PipelineReconciler reconciler,
      OperatorMetrics metrics) {
    settings.watched().forEach(namespace -> check(client, namespace));
    OperatorProcess process = new OperatorProcess(client, settings, metrics);
    process.operator.register(
        reconciler,
        configuration ->
            configuration
                .settingNamespaces(settings.watched())
                .withFieldManager(PipelineReconciler.NAME)
                .withRetry(
                    new GenericRetry()
                        .withoutMaxAttempts()
                        .setInitialInterval(Duration.ofSeconds(2))
                        .setIntervalMultiplier(1.5)
                        .setMaxInterval(Duration.ofSeconds(30).toMillis())));
    process.operator.start();
    return process;
  }

  private static void check(KubernetesClient client, String namespace) {
    try {
      client
          .resources(PipelineResource.class)
          .inNamespace(namespace)
          .list(new ListOptionsBuilder().withLimit(1L).build());
    } catch (KubernetesClientException e) {
      throw new InvalidInputException(refusal(namespace, e), e);
    }
  }

  private static String refusal(String namespace, KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_NOT_FOUND ->
          "The cluster does not know the custom resource %s.%s; apply its definition first: kubectl apply --server-side -f charts/crds"
              .formatted(TrainingPipelineDefinition.PLURAL, TrainingPipelineDefinition.GROUP);
      case HttpURLConnection.HTTP_FORBIDDEN ->
          "The operator may not list %s in namespace %s (%s); let the chart make its rights (rbac.create), or grant what its README lists"
              .formatted(TrainingPipelineDefinition.PLURAL, namespace, e.getMessage());
      default ->
          "The API server cannot be asked for %s in namespace %s (%s); check that it runs and that the operator can reach it"
              .formatted(TrainingPipelineDefinition.PLURAL, namespace, e.getMessage());
    };
  }

  private LeaderElectionConfiguration election(OperatorSettings settings) {
    return new LeaderElectionConfiguration(
        settings.lease(),
        settings.namespace(),
        LEASE,
        RENEWAL,
        ATTEMPT,
        null,
        new LeaderCallbacks(
            () -> metrics.leads(true), this::lost, leader -> LOG.info("leader={}", leader)),
        false);
  }

  /** Whoever lost the lease must not act a moment longer; Kubernetes starts another process. */
  private void lost() {
    metrics.leads(false);
    if (!closing.get()) {
      LOG.error("the lease is lost, most likely because the API server was away; ending");
      Runtime.getRuntime().halt(1);
    }
  }

  /** It watches the resources, and can so act. */
  boolean isHealthy() {
    return operator.getRuntimeInfo().allEventSourcesAreHealthy();
  }

  /** Ends what is begun, within seconds. */
  @Override
  public void close() {
    closing.set(true);
    operator.stop();
  }
}
