package dev.tatara.k8s.cluster;

import dev.tatara.config.InvalidInputException;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.Pods;
import dev.tatara.k8s.RunningGang;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gangs as Indexed Jobs of a Kubernetes cluster, plain or in a JobSet. Its name follows from the
 * run and the gang, so whoever launches a gang that is there finds it instead of making a second
 * one.
 */
public final class KubernetesPods implements Pods {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesPods.class);
  private static final String FIELD_MANAGER = "tatara";
  private static final Duration GONE = Duration.ofMinutes(3);

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
    GangObject object = object(gang);
    try {
      Optional<GenericKubernetesResource> found = object.find().filter(it -> isOf(it, gang));
      if (found.isPresent()) {
        LOG.info("adopts job={} of gang={}", object.manifests().name(), gang);
        // The earlier launcher may have ended between the Job and what belongs to it.
        complete(object.manifests(), found.get());
      } else if (object.manifests().kind() == GangKind.JOB) {
        refuseJobSet(gang);
      }
      return found.map(it -> watch(object, it));
    } catch (KubernetesClientException e) {
      throw object.failure("read", e);
    }
  }

  private GangObject object(Gang gang) {
    return new GangObject(client, new GangManifests(gang, settings));
  }

  /** One that has failed, or did other work under this name, is of no use. */
  private static boolean isOf(GenericKubernetesResource object, Gang gang) {
    boolean going = object.getMetadata().getDeletionTimestamp() != null;
    String work = object.getMetadata().getAnnotations().get(GangNames.WORK);
    return !GangObject.hasFailed(object) && !going && GangNames.work(gang).equals(work);
  }

  @Override
  public RunningGang createOrAdopt(Gang gang) {
    return adopt(gang).orElseGet(() -> create(gang));
  }

  private RunningGang create(Gang gang) {
    GangObject object = object(gang);
    try {
      removeOld(object);
      if (object.manifests().kind() == GangKind.JOB_SET) {
        removePlain(gang);
      }
      GenericKubernetesResource made = object.create();
      LOG.info("made job={} for gang={}", object.manifests().name(), gang);
      complete(object.manifests(), made);
      return watch(object, made);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        // Another launcher was faster.
        return adopt(gang).orElseThrow(() -> object.failure("create", e));
      }
      throw object.failure("create", e);
    }
  }

  private void complete(GangManifests manifests, HasMetadata owner) {
    apply(manifests.task(owner));
    apply(manifests.service(owner));
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

  private void removeOld(GangObject object) {
    Optional<GenericKubernetesResource> old = object.find();
    if (old.isPresent() && !GangNames.isOurs(old.get().getMetadata())) {
      throw new InvalidInputException(
          "There is a %s %s in namespace %s that is not Tatara's; delete or rename it, or give the run another name"
              .formatted(
                  object.manifests().kind().word(),
                  object.manifests().name(),
                  settings.namespace()));
    }
    if (old.isPresent()) {
      object.delete(GONE);
    }
  }

  /**
   * It may be at work as a JobSet, of which the chart gives no right without the setting, and two
   * gangs would fence each other.
   */
  private void refuseJobSet(Gang gang) {
    Job job = job(gang, GangKind.JOB_SET).get();
    if (job != null && GangNames.isOurs(job.getMetadata()) && isAtWork(job)) {
      throw new InvalidInputException(
          "The JobSet %s in namespace %s is at work, but pods.placement.jobSet (jobSet in the file of TATARA_PLACEMENT) is not set any more; set it until the run has ended, or delete the JobSet and start the run again: it goes on from its last checkpoint"
              .formatted(GangNames.of(gang, GangKind.JOB_SET), settings.namespace()));
    }
  }

  private static boolean isAtWork(Job job) {
    return job.getMetadata().getDeletionTimestamp() == null
        && job.getStatus().getConditions().stream()
            .filter(c -> c.getStatus().equals("True"))
            .noneMatch(c -> c.getType().equals("Complete") || c.getType().equals("Failed"));
  }

  /** Of a time when gangs were plain Jobs. */
  private void removePlain(Gang gang) {
    ScalableResource<Job> job = job(gang, GangKind.JOB);
    Job plain = job.get();
    if (plain != null && GangNames.isOurs(plain.getMetadata())) {
      LOG.info("deletes job={}, the gang becomes a JobSet", plain.getMetadata().getName());
      job.withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
      job.waitUntilCondition(gone -> gone == null, GONE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private ScalableResource<Job> job(Gang gang, GangKind kind) {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(settings.namespace())
        .withName(GangNames.job(gang, kind));
  }

  private RunningGang watch(GangObject object, HasMetadata found) {
    return new KubernetesGang(object, GangManifests.avoidedNodes(found.getMetadata()));
  }
}
