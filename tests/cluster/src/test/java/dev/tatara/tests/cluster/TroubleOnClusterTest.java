package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.gang.GangListener;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TrainTask;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.cluster.ClusterSettings;
import dev.tatara.k8s.cluster.Placement;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cluster lacks is told within half a minute, with what to do; no gang is left behind. */
@Tag("cluster")
@Timeout(300)
class TroubleOnClusterTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private static ClusterGround ground;

  @BeforeAll
  static void prepare() throws Exception {
    ground =
        new ClusterGround(
            Cluster.up(List.of("kubernetes", "minio"), List.of("trainer")), "trouble-test");
  }

  @AfterAll
  static void clean() {
    ground.close();
  }

  @Test
  void anImageThatIsNotThereIsNamed() throws Exception {
    assertThat(trouble("no-image", settings -> with(settings, "tatara/nothing:1")))
        .contains("cannot get its image tatara/nothing:1")
        .contains("pull secret");
  }

  @Test
  void aSecretThatIsNotThereIsNamed() throws Exception {
    assertThat(
            trouble(
                "no-secret",
                settings ->
                    new ClusterSettings(
                        settings.namespace(),
                        settings.images(),
                        settings.pullPolicy(),
                        List.of(),
                        "no-such-secret",
                        settings.placement())))
        .contains("secret \"no-such-secret\" not found")
        .contains("Make it in namespace trouble-test");
  }

  @Test
  void aGangThatNoNodeHasRoomForSaysWhatIsShort() throws Exception {
    assertThat(
            trouble(
                "no-room",
                settings -> ground.settings(ClusterGround.placement(memory("900Gi"), List.of()))))
        .contains("finds no node")
        .contains("Insufficient memory");
  }

  @Test
  void aVolumeClaimThatIsNotThereIsNamed() throws Exception {
    Placement usual = Placement.anywhere();
    Placement placement =
        new Placement(
            Map.of(),
            List.of(),
            null,
            usual.trainer(),
            usual.evaluator(),
            null,
            "no-such-claim",
            null,
            null,
            null,
            false);
    assertThat(trouble("no-claim", settings -> ground.settings(placement)))
        .contains("persistentvolumeclaim \"no-such-claim\" not found")
        .contains("Make the claim in namespace trouble-test");
  }

  @Test
  void aGangThatIsNotAdmittedSaysInWhichQueueItWaits() throws Exception {
    Placement usual = Placement.anywhere();
    Placement placement =
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
            "research",
            false);
    assertThat(trouble("queued", settings -> ground.settings(placement)))
        .contains("queued-pretrain waits in the queue research to be admitted by Kueue")
        .contains("describe workloads");
  }

  @Test
  void aQuotaThatIsTooSmallIsNamed() throws Exception {
    ResourceQuota quota =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("small")
            .withNamespace(ground.namespace())
            .endMetadata()
            .withNewSpec()
            .addToHard("requests.memory", new Quantity("1Gi"))
            .endSpec()
            .build();
    ground.client().resource(quota).create();
    try {
      assertThat(trouble("no-quota", settings -> settings))
          .contains("makes no pods")
          .contains("exceeded quota: small");
    } finally {
      ground.client().resource(quota).delete();
    }
  }

  @Test
  void aJobOfTheSameNameThatIsSomebodyElsesIsLeftAlone() {
    TrainTask task = ground.task("taken", 2, 60);
    Job job =
        new JobBuilder()
            .withNewMetadata()
            .withName("taken-pretrain")
            .withNamespace(ground.namespace())
            .endMetadata()
            .withNewSpec()
            .withSuspend(true)
            .withNewTemplate()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("other")
            .withImage("other:1")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    ground.client().resource(job).create();

    assertThatThrownBy(() -> ClusterGround.end(ground.launch(task, ground.settings(), new Told())))
        .cause()
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "a Job taken-pretrain in namespace trouble-test that is not Tatara's");
    assertThat(ground.client().resource(job).get()).isNotNull();
    ground.client().resource(job).delete();
  }

  @Test
  void aNamespaceThatIsNotThereIsNamedAtOnce() {
    TrainTask task = ground.task("no-namespace", 2, 60);
    ClusterSettings there = ground.settings();
    ClusterSettings settings =
        new ClusterSettings(
            "nowhere",
            there.images(),
            there.pullPolicy(),
            List.of(),
            there.s3Secret(),
            there.placement());

    assertThatThrownBy(() -> ClusterGround.end(ground.launch(task, settings, new Told())))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("namespaces \"nowhere\" not found")
        .hasMessageContaining("Check that the namespace is there");
  }

  @Test
  void aWorkerWithoutRightsIsToldAtOnceWhatToInstall() {
    TrainTask task = ground.task("no-rights", 2, 60);
    Config nobody =
        new ConfigBuilder(ground.client().getConfiguration())
            .withImpersonateUsername("system:serviceaccount:trouble-test:default")
            .build();

    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(nobody).build()) {
      assertThatThrownBy(() -> ClusterGround.end(ground.launchBy(client, task)))
          .cause()
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("does not let the worker read the Job no-rights-pretrain")
          .hasMessageContaining("Install the chart's Role for its service account");
    }
  }

  /** What is told of a gang that cannot start, in time; then it is cancelled. */
  private static String trouble(String name, UnaryOperator<ClusterSettings> change)
      throws Exception {
    TrainTask task = ground.task(name, 2, 60);
    Told told = new Told();
    Instant began = Instant.now();
    Future<List<LedgerEntry>> launcher = ground.launch(task, change.apply(ground.settings()), told);
    ground.await(() -> !told.sentence.isEmpty());
    assertThat(Duration.between(began, Instant.now())).isLessThan(SOON);
    launcher.cancel(true);
    ground.await(() -> ground.pods().isEmpty());
    return told.sentence;
  }

  private static ClusterSettings with(ClusterSettings settings, String image) {
    return new ClusterSettings(
        settings.namespace(),
        Map.of(Gang.Image.TRAINER, image, Gang.Image.EVALUATOR, image),
        settings.pullPolicy(),
        List.of(),
        settings.s3Secret(),
        settings.placement());
  }

  private static ResourceRequirements memory(String size) {
    return new ResourceRequirementsBuilder()
        .addToRequests("memory", new Quantity(size))
        .addToLimits("memory", new Quantity(size))
        .build();
  }

  /** Keeps what was told last, and wants the work no more when it is interrupted. */
  private static final class Told implements GangListener {
    private volatile String sentence = "";

    @Override
    public void looked(@Nullable TaskProgress progress) {
      // Nothing will come.
    }

    @Override
    public void troubled(String told) {
      sentence = told;
    }

    @Override
    public void failed(LedgerEntry entry) {
      throw new AssertionError("a gang that has not started cannot fail: " + entry);
    }
  }
}
