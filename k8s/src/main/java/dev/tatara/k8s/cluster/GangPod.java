package dev.tatara.k8s.cluster;

import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSourceBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodAffinity;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PreferredSchedulingTerm;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTerm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pod of one rank. It passes Pod Security "restricted", can write only to two empty folders,
 * and holds no token of the cluster: it talks to its peers and to the object store.
 */
record GangPod(GangManifests manifests) {
  static final int METRICS_PORT = 9464;
  private static final long USER = 10001;

  /** Weight of a preference, of 1 to 100. */
  private static final int STRONGEST = 100;

  private static final String TASK = "task";
  private static final String CACHE = "cache";
  private static final String TMP = "tmp";
  private static final String SHM = "shm";

  PodTemplateSpec template() {
    return new PodTemplateSpec(
        new ObjectMetaBuilder().withLabels(GangNames.labels(gang())).build(), spec());
  }

  private Gang gang() {
    return manifests.gang();
  }

  private Placement placement() {
    return manifests.settings().placement();
  }

  private PodSpec spec() {
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withSubdomain(manifests.name())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(gang().grace().toSeconds())
        .withSecurityContext(podSecurity())
        .withImagePullSecrets(
            manifests.settings().pullSecrets().stream().map(LocalObjectReference::new).toList())
        .withNodeSelector(placement().nodeSelector())
        .withTolerations(placement().tolerations())
        .withAffinity(affinity())
        .withPriorityClassName(placement().priorityClass())
        .withRuntimeClassName(placement().runtimeClass())
        .withContainers(container())
        .withVolumes(volumes())
        .build();
  }

  private static PodSecurityContext podSecurity() {
    return new PodSecurityContextBuilder()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withSeccompProfile(new SeccompProfile(null, "RuntimeDefault"))
        .build();
  }

  private @Nullable Affinity affinity() {
    NodeAffinity elsewhere = elsewhere();
    PodAffinity together = together();
    return elsewhere == null && together == null ? null : new Affinity(elsewhere, together, null);
  }

  /** Not where it failed before if there is room, else anywhere: a cluster may have no other. */
  private @Nullable NodeAffinity elsewhere() {
    if (gang().avoidedNodes().isEmpty()) {
      return null;
    }
    NodeSelectorTerm others = new NodeSelectorTerm();
    for (String node : gang().avoidedNodes()) {
      // A requirement on a field takes one value.
      others
          .getMatchFields()
          .add(new NodeSelectorRequirement("metadata.name", "NotIn", List.of(node)));
    }
    return new NodeAffinity(List.of(new PreferredSchedulingTerm(others, STRONGEST)), null);
  }

  /** The ranks of a gang talk a lot: near each other if there is room, else anywhere. */
  private @Nullable PodAffinity together() {
    String topology = placement().topologyKey();
    if (topology == null) {
      return null;
    }
    PodAffinityTerm near =
        new PodAffinityTermBuilder()
            .withTopologyKey(topology)
            .withLabelSelector(new LabelSelector(List.of(), GangNames.selector(gang())))
            .build();
    return new PodAffinity(List.of(new WeightedPodAffinityTerm(near, STRONGEST)), List.of());
  }

  private Container container() {
    return new ContainerBuilder()
        .withName(GangManifests.CONTAINER)
        .withImage(manifests.settings().images().get(gang().image()))
        .withImagePullPolicy(manifests.settings().pullPolicy())
        .withArgs(gang().command())
        .withEnv(new GangEnvironment(manifests).variables())
        .withResources(placement().resources(gang().image()))
        .withSecurityContext(security())
        .withPorts(port())
        .withVolumeMounts(mounts())
        // Whoever looks on learns the last lines from the status, without the log.
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  private static SecurityContext security() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withCapabilities(new Capabilities(null, List.of("ALL")))
        .build();
  }

  private static ContainerPort port() {
    return new ContainerPortBuilder().withName("metrics").withContainerPort(METRICS_PORT).build();
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(new VolumeBuilder().withName(TASK).withConfigMap(task()).build());
    volumes.add(cache());
    volumes.add(emptyDir(TMP, new EmptyDirVolumeSource()));
    if (placement().sharedMemory() != null) {
      Quantity size = ClusterSettings.quantity("sharedMemory", placement().sharedMemory());
      volumes.add(emptyDir(SHM, new EmptyDirVolumeSource("Memory", size)));
    }
    return volumes;
  }

  private ConfigMapVolumeSource task() {
    return new ConfigMapVolumeSourceBuilder().withName(manifests.name()).build();
  }

  private Volume cache() {
    String claim = placement().cacheClaim();
    return claim == null
        ? emptyDir(CACHE, new EmptyDirVolumeSource())
        : new VolumeBuilder().withName(CACHE).withNewPersistentVolumeClaim(claim, false).build();
  }

  private static Volume emptyDir(String name, EmptyDirVolumeSource source) {
    return new VolumeBuilder().withName(name).withEmptyDir(source).build();
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(mount(TASK, GangEnvironment.TASK_FOLDER, true));
    mounts.add(mount(CACHE, GangEnvironment.CACHE_FOLDER, false));
    mounts.add(mount(TMP, "/tmp", false));
    if (placement().sharedMemory() != null) {
      mounts.add(mount(SHM, "/dev/shm", false));
    }
    return mounts;
  }

  private static VolumeMount mount(String name, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(name)
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }
}
