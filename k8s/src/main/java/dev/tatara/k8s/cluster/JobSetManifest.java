package dev.tatara.k8s.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.api.model.batch.v1.JobTemplateSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A gang's Job inside a JobSet ({@code jobset.x-k8s.io/v1alpha2}), for clusters that queue, watch
 * and account for JobSets. Pure.
 */
record JobSetManifest(GangManifests manifests) {

  GenericKubernetesResource object() {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(GangKind.JOB_SET.apiVersion());
    object.setKind(GangKind.JOB_SET.word());
    object.setMetadata(manifests.metadata());
    object.setAdditionalProperty("spec", spec());
    return object;
  }

  private Map<String, Object> spec() {
    JobSpec job = manifests.jobSpec();
    Map<String, Object> spec = new LinkedHashMap<>();
    // The Job replaces single pods; a restart of the set would end the healthy ones, too.
    spec.put("failurePolicy", Map.of("maxRestarts", 0));
    // The gang's own Service gives the names, and has its ports.
    spec.put("network", Map.of("enableDNSHostnames", false));
    spec.put("replicatedJobs", List.of(replicatedJob(job)));
    spec.put("suspend", job.getSuspend());
    spec.put("ttlSecondsAfterFinished", job.getTtlSecondsAfterFinished());
    return spec;
  }

  private Map<String, Object> replicatedJob(JobSpec job) {
    ObjectMeta metadata = manifests.metadata();
    metadata.setName(null);
    metadata.setNamespace(null);
    // The set waits in the queue, and its Job with it.
    metadata.getLabels().remove(GangNames.QUEUE);
    JobSpec replicated = job.edit().withSuspend(null).withTtlSecondsAfterFinished(null).build();
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", GangKind.REPLICATED_JOB);
    entry.put("replicas", 1);
    entry.put("template", new JobTemplateSpec(metadata, replicated));
    return entry;
  }
}
