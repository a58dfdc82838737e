package dev.tatara.k8s.cluster;

import static dev.tatara.k8s.cluster.GangNames.INDEX;

import dev.tatara.config.task.ExitCode;
import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.ServiceSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirementBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnPodConditionsPattern;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The objects of a gang: an Indexed Job whose indexes are the ranks, plain or in a JobSet, a
 * headless Service that gives each a name, and the task document. Pure: the same gang gives the
 * same YAML, and no cluster is asked.
 */
record GangManifests(Gang gang, ClusterSettings settings) {
  static final String CONTAINER = "rank";
  static final String TASK = "task.json";
  static final int MASTER_PORT = 29500;

  /** The launcher and the supervisors decide when it is enough; the Job only replaces pods. */
  private static final int BACKOFF_LIMIT = 100_000;

  private static final int DAY_SECONDS = 86_400;

  private static final int FIRST_USER_ERROR = 64;
  private static final int LAST_USER_ERROR = 69;

  String name() {
    return GangNames.of(gang, kind());
  }

  GangKind kind() {
    return settings.placement().jobSet() ? GangKind.JOB_SET : GangKind.JOB;
  }

  /** Of the Job that makes the pods, which are called after it. */
  String jobName() {
    return GangNames.job(gang, kind());
  }

  /** What is the gang in the cluster, and what all else belongs to. */
  HasMetadata object() {
    return switch (kind()) {
      case JOB -> job();
      case JOB_SET -> new JobSetManifest(this).object();
    };
  }

  private Job job() {
    return new JobBuilder().withMetadata(metadata()).withSpec(jobSpec()).build();
  }

  ObjectMeta metadata() {
    Map<String, String> labels = GangNames.labels(gang);
    if (settings.placement().queue() != null) {
      labels.put(GangNames.QUEUE, settings.placement().queue());
    }
    Map<String, String> annotations = new TreeMap<>(Map.of(GangNames.WORK, GangNames.work(gang)));
    if (!gang.avoidedNodes().isEmpty()) {
      annotations.put(GangNames.AVOIDED_NODES, String.join(",", gang.avoidedNodes()));
    }
    return new ObjectMetaBuilder()
        .withName(name())
        .withNamespace(settings.namespace())
        .withLabels(labels)
        .withAnnotations(annotations)
        .build();
  }

  JobSpec jobSpec() {
    return new JobSpecBuilder()
        .withCompletionMode("Indexed")
        .withCompletions(gang.worldSize())
        .withParallelism(gang.worldSize())
        // Not by index: failed pods would keep their namespace from being deleted.
        .withBackoffLimit(BACKOFF_LIMIT)
        // Its launcher deletes it; this is for one whose launcher never came back.
        .withTtlSecondsAfterFinished(DAY_SECONDS)
        .withSuspend(settings.placement().queue() != null)
        // Two pods of one rank would fence each other.
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(failurePolicy())
        .withTemplate(new GangPod(this).template())
        .build();
  }

  private static PodFailurePolicy failurePolicy() {
    return new PodFailurePolicyBuilder()
        .withRules(
            rule("FailJob", IntStream.rangeClosed(FIRST_USER_ERROR, LAST_USER_ERROR)),
            rule("Ignore", IntStream.of(ExitCode.PREEMPTED)),
            disruptions())
        .build();
  }

  private static PodFailurePolicyRule rule(String action, IntStream codes) {
    PodFailurePolicyOnExitCodesRequirement onCodes =
        new PodFailurePolicyOnExitCodesRequirementBuilder()
            .withContainerName(CONTAINER)
            .withOperator("In")
            .withValues(codes.boxed().toList())
            .build();
    return new PodFailurePolicyRuleBuilder().withAction(action).withOnExitCodes(onCodes).build();
  }

  private static PodFailurePolicyRule disruptions() {
    return new PodFailurePolicyRuleBuilder()
        .withAction("Ignore")
        .withOnPodConditions(new PodFailurePolicyOnPodConditionsPattern("True", "DisruptionTarget"))
        .build();
  }

  /** Names for the ranks: {@code <job>-<rank>.<gang>}. */
  Service service(HasMetadata owner) {
    return new ServiceBuilder().withMetadata(owned(owner)).withSpec(serviceSpec()).build();
  }

  private ServiceSpec serviceSpec() {
    return new ServiceSpecBuilder()
        .withClusterIP("None")
        .withSelector(GangNames.selector(gang))
        // Ranks must find each other before they are ready for anything.
        .withPublishNotReadyAddresses(true)
        .withPorts(port("master", MASTER_PORT), port("metrics", GangPod.METRICS_PORT))
        .build();
  }

  private static ServicePort port(String name, int number) {
    return new ServicePortBuilder()
        .withName(name)
        .withPort(number)
        .withTargetPort(new IntOrString(number))
        .build();
  }

  /** The task document, which pods find at {@code TATARA_TASK}. */
  ConfigMap task(HasMetadata owner) {
    return new ConfigMapBuilder()
        .withMetadata(owned(owner))
        .withImmutable(true)
        .withData(new TreeMap<>(Map.of(TASK, gang.task())))
        .build();
  }

  private ObjectMeta owned(HasMetadata owner) {
    return new ObjectMetaBuilder()
        .withName(name())
        .withNamespace(settings.namespace())
        .withLabels(GangNames.labels(gang))
        .withOwnerReferences(reference(owner))
        .build();
  }

  /** What belongs to it goes with it. */
  private OwnerReference reference(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(kind().apiVersion())
        .withKind(kind().word())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .build();
  }

  /** The nodes that the pods of such a Job or JobSet avoid. */
  static Set<String> avoidedNodes(ObjectMeta object) {
    String names = object.getAnnotations().getOrDefault(GangNames.AVOIDED_NODES, "");
    return names.isEmpty() ? Set.of() : Set.of(names.split(","));
  }

  /** The rank of a pod of such a Job. */
  static int rank(ObjectMeta pod) {
    return Integer.parseInt(pod.getLabels().get(INDEX));
  }
}
