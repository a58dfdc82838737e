package dev.tatara.operator;

import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the operator tells Prometheus. */
final class OperatorMetrics extends Collector implements Metrics {
  private final Map<String, Shown> shown = new ConcurrentHashMap<>();
  private final Counter started =
      Counter.build("tatara_operator_runs_started_total", "Runs that were started.").create();
  private final Counter failed =
      Counter.build(
              "tatara_operator_reconciliations_failed_total",
              "Looks at a resource that failed, most of them because Temporal is away.")
          .create();
  private final Histogram seconds =
      Histogram.build("tatara_operator_reconciliation_seconds", "Time of one look at a resource.")
          .buckets(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
          .create();
  private final Gauge leader =
      Gauge.build("tatara_operator_leader", "1 in the replica that acts, 0 in those that wait.")
          .create();

  /** New ones, which this registry serves. */
  static OperatorMetrics in(CollectorRegistry registry) {
    OperatorMetrics metrics = new OperatorMetrics();
    registry.register(metrics.started);
    registry.register(metrics.failed);
    registry.register(metrics.seconds);
    registry.register(metrics.leader);
    registry.register(metrics);
    return metrics;
  }

  void started() {
    started.inc();
  }

  void failed() {
    failed.inc();
  }

  void leads(boolean leads) {
    leader.set(leads ? 1 : 0);
  }

  /** Its first true condition counts. */
  void seen(PipelineResource resource, PipelineResourceStatus status) {
    String condition =
        status.conditions().stream()
            .filter(each -> "True".equals(each.getStatus()))
            .map(Condition::getType)
            .findFirst()
            .orElse("Unknown");
    shown.put(
        resource.getMetadata().getUid(),
        new Shown(resource.getMetadata().getNamespace(), condition));
  }

  void forget(HasMetadata resource) {
    shown.remove(resource.getMetadata().getUid());
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    Histogram.Timer timer = seconds.startTimer();
    try {
      return execution.execute();
    } finally {
      timer.observeDuration();
    }
  }

  @Override
  public List<MetricFamilySamples> collect() {
    GaugeMetricFamily family =
        new GaugeMetricFamily(
            "tatara_operator_pipelines",
            "Resources by the condition that tells most.",
            List.of("namespace", "condition"));
    Map<Shown, Integer> counts = new ConcurrentHashMap<>();
    shown.values().forEach(each -> counts.merge(each, 1, Integer::sum));
    counts.forEach(
        (each, count) -> family.addMetric(List.of(each.namespace(), each.condition()), count));
    return List.of(family);
  }

  private record Shown(String namespace, String condition) {}
}
