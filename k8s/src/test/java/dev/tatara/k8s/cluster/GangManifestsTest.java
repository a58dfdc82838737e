package dev.tatara.k8s.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The YAML of gangs, whole: a change of one line is seen in review. Written anew with {@code
 * -Dtatara.regenerate=true}.
 */
class GangManifestsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @Test
  void aGangOfTwoRanksIsAnIndexedJobWithAServiceAndItsTask() throws Exception {
    assertGolden("two-ranks.yaml", gang("quickstart", "pretrain"), Placement.anywhere());
  }

  @Test
  void aGangOnGpusWaitsInItsQueueForNodesOfItsKindThatDidNotFail() throws Exception {
    Placement gpus =
        new Placement(
            Map.of("node.kubernetes.io/instance-type", "p5.48xlarge"),
            List.of(new Toleration("NoSchedule", "nvidia.com/gpu", "Exists", null, null)),
            "topology.kubernetes.io/rack",
            new ResourceRequirementsBuilder()
                .addToRequests("cpu", new Quantity("16"))
                .addToRequests("memory", new Quantity("200Gi"))
                .addToLimits("memory", new Quantity("200Gi"))
                .addToLimits("nvidia.com/gpu", new Quantity("1"))
                .build(),
            Placement.anywhere().evaluator(),
            "16Gi",
            "token-cache",
            "training",
            "nvidia",
            "research",
            false);
    assertGolden("gpus.yaml", gang("big", "pretrain", 2, Set.of("gpu-7", "gpu-9")), gpus);
  }

  @Test
  void aGangOfAPlatformWithJobSetsIsOneWithTheSameJob() throws Exception {
    assertGolden("job-set.yaml", gang("quickstart", "pretrain"), jobSets("research"));
  }

  @Test
  void noCredentialIsInAnyObject() {
    assertThat(yaml(gang("quickstart", "pretrain"), Placement.anywhere()))
        .doesNotContain("an-access-key")
        .doesNotContain("a-secret-key")
        .contains("http://s3.example:9000");
  }

  @Test
  void namesAreDnsLabelsAndDifferWhereTheirGangsDo() {
    String longest = "a".repeat(80);
    List<String> names =
        Stream.of(
                gang("Quick_start", "pretrain"),
                gang("quick-start", "pretrain"),
                gang(longest, "pretrain"),
                gang(longest + "b", "pretrain"),
                gang("7b", "evaluate-sft"))
            .map(gang -> GangNames.of(gang, GangKind.JOB))
            .toList();

    assertThat(names)
        .doesNotHaveDuplicates()
        .allMatch(n -> n.matches("[a-z]([a-z0-9-]{0,50}[a-z0-9])"));
    assertThat(names.get(1)).isEqualTo("quick-start-pretrain");
  }

  @Test
  void podsOfALongNameAreDnsLabelsOfJobSetsToo() {
    Gang gang = gang("a".repeat(41), "pretrain");

    assertThat(GangNames.job(gang, GangKind.JOB)).endsWith("-pretrain").hasSize(50);
    assertThat(GangNames.of(gang, GangKind.JOB_SET)).startsWith("t-a").hasSize(45);
    assertThat(GangNames.job(gang, GangKind.JOB_SET) + "-9999-abcde").hasSize(63);
    assertThat(GangNames.of(gang("quickstart", "pretrain"), GangKind.JOB_SET))
        .isEqualTo("quickstart-pretrain");
  }

  @Test
  void theWorkOfAGangDoesNotDependOnItsEpochNorOnTheNodesThatItAvoids() {
    Gang gang = gang("quickstart", "pretrain");

    assertThat(GangNames.work(gang)).isEqualTo(GangNames.work(gang("other", "pretrain")));
    assertThat(GangNames.work(gang))
        .isEqualTo(GangNames.work(gang("quickstart", "pretrain", 2, Set.of("gpu-7"))));
    assertThat(GangNames.work(gang))
        .isNotEqualTo(GangNames.work(gang("quickstart", "pretrain", 3)));
  }

  private static Placement jobSets(String queue) {
    Placement anywhere = Placement.anywhere();
    return new Placement(
        Map.of(),
        List.of(),
        null,
        anywhere.trainer(),
        anywhere.evaluator(),
        null,
        null,
        null,
        null,
        queue,
        true);
  }

  private static Gang gang(String run, String name) {
    return gang(run, name, 2);
  }

  private static Gang gang(String run, String name, int worldSize) {
    return gang(run, name, worldSize, Set.of());
  }

  private static Gang gang(String run, String name, int worldSize, Set<String> avoidedNodes) {
    return new Gang(
        run,
        Stage.PRETRAIN,
        name,
        Gang.Image.TRAINER,
        "train",
        "{\"steps\":60}",
        "work/pretrain/f00/",
        worldSize,
        1,
        1,
        512,
        new TreeMap<>(
            Map.of(
                "S3_ENDPOINT",
                "http://s3.example:9000",
                "AWS_ACCESS_KEY_ID",
                "an-access-key",
                "AWS_SECRET_ACCESS_KEY",
                "a-secret-key")),
        new TreeSet<>(avoidedNodes),
        Duration.ofMinutes(2));
  }

  private static String yaml(Gang gang, Placement placement) {
    ClusterSettings settings =
        new ClusterSettings(
            "team-a",
            Map.of(
                Gang.Image.TRAINER,
                "registry.example/tatara/trainer:1",
                Gang.Image.EVALUATOR,
                "registry.example/tatara/evaluator:1"),
            "IfNotPresent",
            List.of("registry"),
            "tatara-s3",
            placement);
    GangManifests manifests = new GangManifests(gang, settings);
    HasMetadata made = manifests.object();
    made.getMetadata().setUid("0c0ffee0-0000-4000-8000-000000000000");
    return Stream.of(manifests.object(), manifests.service(made), manifests.task(made))
        .map(Serialization::asYaml)
        .collect(Collectors.joining());
  }

  private static void assertGolden(String name, Gang gang, Placement placement) throws IOException {
    Path file = GOLDEN.resolve(name);
    String yaml = yaml(gang, placement);
    if (Boolean.getBoolean("tatara.regenerate")) {
      Files.writeString(file, yaml);
    }
    assertThat(yaml).isEqualTo(Files.readString(file));
  }
}
