package dev.tatara.k8s.cluster;

import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.EnvVarSourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectFieldSelector;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.ArrayList;
import java.util.List;

/** The variables of a rank's container: those of torchrun, of Tatara, and of the object store. */
record GangEnvironment(GangManifests manifests) {
  static final String TASK_FOLDER = "/etc/tatara";
  static final String CACHE_FOLDER = "/cache";

  /** Taken from the secret, whatever the launcher itself was given. */
  private static final List<String> SECRET = List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");

  List<EnvVar> variables() {
    Gang gang = manifests.gang();
    List<EnvVar> variables = new ArrayList<>();
    variables.add(field("RANK", "metadata.labels['%s']".formatted(GangNames.INDEX)));
    variables.add(value("WORLD_SIZE", Integer.toString(gang.worldSize())));
    variables.add(value("LOCAL_RANK", "0"));
    variables.add(value("MASTER_ADDR", "%s-0.%s".formatted(manifests.jobName(), manifests.name())));
    variables.add(value("MASTER_PORT", Integer.toString(GangManifests.MASTER_PORT)));
    variables.add(field("TATARA_ADDRESS", "status.podIP"));
    variables.add(field("TATARA_POD", "metadata.name"));
    variables.add(field("TATARA_NODE", "spec.nodeName"));
    variables.add(value("TATARA_STAGE", gang.stage().word()));
    variables.add(value("TATARA_EPOCH", Integer.toString(gang.epoch())));
    variables.add(value("TATARA_TASK", TASK_FOLDER + "/" + GangManifests.TASK));
    variables.add(value("TATARA_WORK_PREFIX", gang.workPrefix()));
    variables.add(value("TATARA_MAX_HEAP_MB", Integer.toString(gang.maxHeapMegabytes())));
    variables.add(value("TATARA_METRICS_HOST", "0.0.0.0"));
    variables.add(value("TATARA_METRICS_PORT", Integer.toString(GangPod.METRICS_PORT)));
    variables.add(value("TATARA_CACHE", CACHE_FOLDER));
    variables.add(value("OMP_NUM_THREADS", Integer.toString(gang.threads())));
    // Without these two, small matrix products are up to ten times slower.
    variables.add(value("MKL_THREADING_LAYER", "GNU"));
    variables.add(value("OMP_WAIT_POLICY", "PASSIVE"));
    SECRET.forEach(name -> variables.add(secret(name)));
    gang.environment().entrySet().stream()
        .filter(entry -> !SECRET.contains(entry.getKey()))
        .forEach(entry -> variables.add(value(entry.getKey(), entry.getValue())));
    return variables;
  }

  private static EnvVar value(String name, String value) {
    return new EnvVar(name, value, null);
  }

  private static EnvVar field(String name, String path) {
    ObjectFieldSelector selector = new ObjectFieldSelector(null, path);
    return from(name, new EnvVarSourceBuilder().withFieldRef(selector).build());
  }

  private EnvVar secret(String name) {
    SecretKeySelector selector = new SecretKeySelector(name, manifests.settings().s3Secret(), null);
    return from(name, new EnvVarSourceBuilder().withSecretKeyRef(selector).build());
  }

  private static EnvVar from(String name, EnvVarSource source) {
    return new EnvVarBuilder().withName(name).withValueFrom(source).build();
  }
}
