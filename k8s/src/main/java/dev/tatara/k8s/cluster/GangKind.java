package dev.tatara.k8s.cluster;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Locale;

/** What a gang is in the cluster: the object that is made, adopted and deleted. */
enum GangKind {
  JOB("batch", "v1", "Job", ""),
  /** With one Job, which it calls after itself, and which makes the pods. */
  JOB_SET("jobset.x-k8s.io", "v1alpha2", "JobSet", "-" + GangKind.REPLICATED_JOB + "-0");

  /** Name of the one in a JobSet. */
  static final String REPLICATED_JOB = "gang";

  private final String group;
  private final String version;
  private final String word;
  private final String jobSuffix;

  GangKind(String group, String version, String word, String jobSuffix) {
    this.group = group;
    this.version = version;
    this.word = word;
    this.jobSuffix = jobSuffix;
  }

  String apiVersion() {
    return group + "/" + version;
  }

  /** As it stands in {@code kind}. */
  String word() {
    return word;
  }

  /** What the name of the Job that makes the pods has in addition to the gang's. */
  String jobSuffix() {
    return jobSuffix;
  }

  /** Where it is found, so that the cluster need not be asked what kinds it knows. */
  ResourceDefinitionContext context() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(word)
        .withPlural(word.toLowerCase(Locale.ROOT) + "s")
        .withNamespaced(true)
        .build();
  }
}
