package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import dev.tatara.k8s.cluster.ClusterSettings;
import dev.tatara.k8s.cluster.Placement;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gangs as JobSets, with the real controller of JobSets and without it. */
@Tag("cluster")
@Timeout(300)
class JobSetOnClusterTest {
  private static final ResourceDefinitionContext JOB_SETS =
      new ResourceDefinitionContext.Builder()
          .withGroup("jobset.x-k8s.io")
          .withVersion("v1alpha2")
          .withKind("JobSet")
          .withPlural("jobsets")
          .withNamespaced(true)
          .build();

  private static ClusterGround ground;
  private static Cluster cluster;

  @BeforeAll
  static void prepare() throws Exception {
    cluster = Cluster.up(List.of("kubernetes", "minio"), List.of("trainer"));
    ground = new ClusterGround(cluster, "jobset-test");
  }

  @AfterAll
  static void clean() throws Exception {
    ground.close();
    cluster.removeController("jobset");
  }

  @Test
  void aGangAsAJobSetIsMadeOnceReplacesTheLostPodAloneAndLeavesNothing() throws Exception {
    Cluster.up(List.of("kubernetes", "jobset"), List.of());
    TrainTask task = ground.task("set", 2, 1200);
    Future<List<LedgerEntry>> first = launch(task);
    ground.awaitStep(task, 1);
    String other = ground.uid(0);
    assertThatThrownBy(() -> ClusterGround.end(ground.launch(task)))
        .cause()
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("The JobSet set-pretrain in namespace jobset-test is at work")
        .hasMessageContaining("pods.placement.jobSet");
    first.cancel(true);
    Future<List<LedgerEntry>> second = launch(task);
    ground.awaitStep(task, 100);
    assertThat(names(jobSets())).containsExactly("set-pretrain");
    assertThat(names(jobs())).containsExactly("set-pretrain-gang-0");
    assertThat(ground.pods()).hasSize(2);

    String lost = ground.pod(1).getMetadata().getName();
    ground.client().pods().inNamespace(ground.namespace()).withName(lost).delete();
    ground.awaitStep(task, 400);
    assertThat(ground.uid(0)).isEqualTo(other);
    assertThat(ground.pod(1).getMetadata().getName()).isNotEqualTo(lost);

    List<LedgerEntry> ledger = ClusterGround.end(second);
    assertThat(ledger).extracting(LedgerEntry::pod).containsExactly(lost);
    assertThat(ledger.get(0).failureClass()).isEqualTo(FailureClass.PREEMPTED);
    assertThat(ledger.get(0).lostSteps()).isZero();
    assertThat(jobSets()).isEmpty();
    ground.await(() -> left().isEmpty());
  }

  @Test
  void aClusterThatDoesNotKnowJobSetsIsToldWithWhatToDo() throws Exception {
    cluster.removeController("jobset");
    TrainTask task = ground.task("no-set", 2, 60);

    assertThatThrownBy(() -> ClusterGround.end(launch(task)))
        .cause()
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the JobSet no-set-pretrain in namespace jobset-test")
        .hasMessageContaining("does not know jobset.x-k8s.io/v1alpha2")
        .hasMessageContaining("Install JobSet")
        .hasMessageContaining("unset pods.placement.jobSet");
    assertThat(names(left())).noneMatch(name -> name.startsWith("no-set"));
  }

  private static Future<List<LedgerEntry>> launch(TrainTask task) {
    Placement usual = Placement.anywhere();
    Placement jobSets =
        new Placement(
            Map.of(),
            List.of(),
            null,
            usual.trainer(),
            usual.evaluator(),
            null,
            null,
            null,
            null,
            null,
            true);
    ClusterSettings settings = ground.settings(jobSets);
    return ground.launch(task, settings, new ClusterGround.Silence());
  }

  private static List<GenericKubernetesResource> jobSets() {
    return ground
        .client()
        .genericKubernetesResources(JOB_SETS)
        .inNamespace(ground.namespace())
        .list()
        .getItems();
  }

  private static List<? extends HasMetadata> jobs() {
    return ground.client().batch().v1().jobs().inNamespace(ground.namespace()).list().getItems();
  }

  /** Of what a gang has beside its JobSet. */
  private static List<HasMetadata> left() {
    KubernetesClient client = ground.client();
    String namespace = ground.namespace();
    List<HasMetadata> left = new ArrayList<>(ground.pods());
    left.addAll(jobs());
    left.addAll(client.services().inNamespace(namespace).list().getItems());
    left.addAll(
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabel("app.kubernetes.io/managed-by", "tatara")
            .list()
            .getItems());
    return left;
  }

  private static List<String> names(List<? extends HasMetadata> objects) {
    return objects.stream().map(object -> object.getMetadata().getName()).toList();
  }
}
