package dev.tatara.k8s.cluster;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Secrets;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.Pods;
import dev.tatara.k8s.RunningGang;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gangs as Indexed Jobs of a Kubernetes cluster. A Job's name follows from the run and the gang, so
 * whoever launches a gang that is there finds it instead of making a second one.
 */
public final class KubernetesPods implements Pods {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesPods.class);
  private static final String FIELD_MANAGER = "tatara";
  private static final long GONE_SECONDS = 180;

  private final KubernetesClient client;
  private final ClusterSettings settings;

  /**
   * @param client of the cluster; the caller closes it
   */
  public KubernetesPods(KubernetesClient client, ClusterSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  @Override
  public Optional<RunningGang> adopt(Gang gang) {
    GangManifests manifests = new GangManifests(gang, settings);
    try {
      Job found = job(manifests).get();
      if (found == null || !isOf(found, gang)) {
        return Optional.empty();
      }
      LOG.info("adopts job={} of gang={}", manifests.name(), gang);
      // The earlier launcher may have ended between the Job and what belongs to it.
      complete(manifests, found);
      return Optional.of(watch(manifests, found));
    } catch (KubernetesClientException e) {
      throw failure("read", manifests.name(), settings.namespace(), e);
    }
  }

  /** One that has failed, or did other work under this name, is of no use. */
  private static boolean isOf(Job job, Gang gang) {
    boolean failed =
        job.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Failed") && c.getStatus().equals("True"));
    boolean going = job.getMetadata().getDeletionTimestamp() != null;
    String work = job.getMetadata().getAnnotations().get(GangNames.WORK);
    return !failed && !going && GangNames.work(gang).equals(work);
  }

  @Override
  public RunningGang createOrAdopt(Gang gang) {
    return adopt(gang).orElseGet(() -> create(gang));
  }

  private RunningGang create(Gang gang) {
    GangManifests manifests = new GangManifests(gang, settings);
    try {
      removeOld(manifests);
      Job made = client.resource(manifests.job()).create();
      LOG.info("made job={} for gang={}", manifests.name(), gang);
      complete(manifests, made);
      return watch(manifests, made);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        // Another launcher was faster.
        return adopt(gang)
            .orElseThrow(() -> failure("create", manifests.name(), settings.namespace(), e));
      }
      throw failure("create", manifests.name(), settings.namespace(), e);
    }
  }

  private void complete(GangManifests manifests, Job job) {
    apply(manifests.task(job));
    apply(manifests.service(job));
  }

  private void apply(HasMetadata object) {
    PatchContext serverSide =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(FIELD_MANAGER)
            .withForce(true)
            .build();
    client.resource(object).patch(serverSide);
  }

  private void removeOld(GangManifests manifests) {
    Job old = job(manifests).get();
    if (old != null && !GangNames.isOurs(old.getMetadata())) {
      throw new InvalidInputException(
          "There is a Job %s in namespace %s that is not Tatara's; delete or rename it, or give the run another name"
              .formatted(manifests.name(), settings.namespace()));
    }
    if (old != null) {
      job(manifests).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
      job(manifests).waitUntilCondition(gone -> gone == null, GONE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private ScalableResource<Job> job(GangManifests manifests) {
    return client.batch().v1().jobs().inNamespace(settings.namespace()).withName(manifests.name());
  }

  private RunningGang watch(GangManifests manifests, Job job) {
    Gang gang = manifests.gang();
    GangView view =
        new GangView(manifests.name(), gang.worldSize(), Secrets.of(gang.environment()));
    return new KubernetesGang(
        client, manifests, view, GangManifests.avoidedNodes(job.getMetadata()));
  }

  /** What the cluster refused, for those who can change it. */
  static RuntimeException failure(
      String verb, String job, String namespace, KubernetesClientException e) {
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN ->
          new InvalidInputException(
              "The cluster does not let the worker %s the Job %s in namespace %s: %s. Install the chart's Role for its service account, or raise the quota that is named"
                  .formatted(verb, job, namespace, e.getMessage()),
              e);
      case HttpURLConnection.HTTP_NOT_FOUND, 422, HttpURLConnection.HTTP_BAD_REQUEST ->
          new InvalidInputException(
              "The cluster refuses to %s the Job %s in namespace %s: %s. Check that the namespace is there, and the placement that the worker was given"
                  .formatted(verb, job, namespace, e.getMessage()),
              e);
      default ->
          new ClusterException(
              "The cluster did not %s the Job %s in namespace %s: %s"
                  .formatted(verb, job, namespace, e.getMessage()),
              e);
    };
  }
}
