package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example repository, played by a real Argo CD from a git repository on disk: chart,
 * definition, and runs that are committed, edited and deleted. The methods are one story.
 */
@Tag("cluster")
@Timeout(900)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GitOpsOnClusterTest {
  private static final String NAMESPACE = "models";
  private static final String RUN = "first";
  private static final String FILE = "pipelines/first.yaml";
  private static final String BUDGET = "rankHours: 2";

  @TempDir private static Path folder;
  private static Cluster cluster;
  private static ArgoCd argo;
  private static GitRepository git;

  @BeforeAll
  static void installFromGit() throws Exception {
    cluster =
        Cluster.up(
            List.of("kubernetes", "temporal", "minio", "argocd"),
            List.of("trainer", "evaluator", "worker", "operator"));
    argo = new ArgoCd(cluster, folder);
    git = GitRepository.init(folder);
    git.copy(TataraCommand.home(), "charts/crds");
    git.copy(TataraCommand.home(), "charts/tatara");
    git.write("pipelines/README.md", "Each file is a run.\n");
    git.push("Begin");
    Namespaces.renew(cluster.client(), NAMESPACE, cluster.secrets());
    cluster.kubectl("apply", "--server-side", "-f", "charts/tatara/argocd-cm.yaml");
    argo.apply("crds.yaml", GitOpsOnClusterTest::fromHere);
    argo.apply("tatara.yaml", GitOpsOnClusterTest::onThisCluster);
    argo.apply("pipelines.yaml", GitOpsOnClusterTest::fromHere);
    for (String application : List.of("tatara-crds", "tatara", "pipelines")) {
      argo.awaitHealth(application, "Healthy");
      argo.awaitSync(application, "Synced");
    }
  }

  @AfterAll
  static void remove() throws Exception {
    // The resources first, while there is an operator that lets them go.
    cluster.kubectl("delete", "applications.argoproj.io", "--namespace=argocd", "pipelines");
    cluster.kubectl("delete", "trainingpipelines", "--all", "--namespace=" + NAMESPACE);
    cluster.kubectl("delete", "applications.argoproj.io", "--namespace=argocd", "--all");
    cluster.kubectl("delete", "namespace", NAMESPACE);
  }

  private static void fromHere(ObjectNode spec) {
    ((ObjectNode) spec.path("source")).put("repoURL", git.url());
  }

  private static void onThisCluster(ObjectNode spec) {
    fromHere(spec);
    ObjectNode values = (ObjectNode) spec.at("/source/helm/valuesObject");
    values.putObject("images").put("pullPolicy", "Never").put("tag", ClusterGround.VERSION);
    // The only node has two cores, for trainers too.
    values.putObject("worker").putObject("resources").putObject("requests").put("cpu", "100m");
    ((ObjectNode) values.path("temporal")).put("address", cluster.value("TEMPORAL_ADDRESS"));
    ((ObjectNode) values.path("s3"))
        .put("endpoint", cluster.store().endpoint())
        .put("secret", Namespaces.SECRET)
        .put("prefix", "gitops-%d/".formatted(System.currentTimeMillis()));
  }

  @Test
  @Order(0)
  void theExamplesForFluxAreAsItsDefinitionsWantThem() throws Exception {
    String definitions = cluster.value("BIN") + "/../flux";
    cluster.define(definitions);
    cluster.kubectl("create", "namespace", "flux-system");
    try {
      assertThat(
              cluster.kubectl(
                  "apply",
                  "--server-side",
                  "--dry-run=server",
                  "--validate=strict",
                  "-f",
                  "charts/examples/gitops/flux"))
          .contains("helmrelease.helm.toolkit.fluxcd.io/tatara serverside-applied")
          .contains("kustomization.kustomize.toolkit.fluxcd.io/pipelines serverside-applied");
    } finally {
      cluster.kubectl("delete", "namespace", "flux-system");
      cluster.kubectl("delete", "-f", definitions);
    }
  }

  @Test
  @Order(1)
  void aCommittedRunThatUsesUpItsBudgetIsSuspendedAndSaysSo() throws Exception {
    commit(example().replace(BUDGET, "rankHours: 0.002"), "Start the first run");

    argo.awaitHealth("pipelines", "Suspended");
    assertThat(argo.health("pipelines", RUN)).contains("0.002").contains("changeBudget");
    assertThat(flux()).startsWith("InProgress");
    assertThat(workflow("list", "--query", "ExecutionStatus='Running'")).contains(workflowId());
  }

  @Test
  @Order(2)
  void aLargerBudgetLetsItGoOnUntilTheModelIsPublished() throws Exception {
    commit(example(), "Give it what it needs");

    argo.awaitHealth("pipelines", "Progressing");
    argo.awaitHealth("pipelines", "Healthy");
    assertThat(
            cluster.kubectl(
                "get", "tp", RUN, "--namespace=" + NAMESPACE, "-o", "jsonpath={.status.model}"))
        .startsWith("s3://");
    assertThat(flux()).startsWith("Current");
    // It is the same run that went on.
    assertThat(workflow("list", "--query", "WorkflowId='%s'".formatted(workflowId())).lines())
        .filteredOn(line -> line.contains(workflowId()))
        .hasSize(1);
  }

  @Test
  @Order(3)
  void aRunThatFailsIsDegradedWithTheReasonAndItsRemedyStartsItAgain() throws Exception {
    commit(example().replace("web-docs-01", "web-docs-77"), "Name a file that is not there");
    argo.awaitHealth("pipelines", "Degraded");
    assertThat(argo.health("pipelines", RUN)).contains("web-docs-77");
    assertThat(flux()).startsWith("Failed").contains("web-docs-77");

    commit(example(), "Name the one that is");
    argo.awaitHealth("pipelines", "Healthy");
  }

  @Test
  @Order(4)
  void aFileThatIsWrongChangesNothing() throws Exception {
    git.write(FILE, example().replace("workers: 2", "wokers: 2"));
    git.push("Misspell a key");
    argo.refresh("pipelines");

    Patience.await(
        () ->
            argo.status("pipelines").path("conditions").toString().contains("spec.pretrain.wokers"),
        () -> argo.status("pipelines").toString());
    assertThat(
            cluster.kubectl(
                "get",
                "tp",
                RUN,
                "--namespace=" + NAMESPACE,
                "-o",
                "jsonpath={.spec.pretrain.workers}"))
        .isEqualTo("2");
    commit(example(), "Spell it right");
  }

  @Test
  @Order(5)
  void aFileThatIsDeletedCancelsItsRun() throws Exception {
    git.write("pipelines/second.yaml", endless());
    commit(example(), "Start one that takes long");
    Patience.await(
        () -> argo.health("pipelines", "second").startsWith("Progressing"),
        () -> argo.status("pipelines").toString());

    git.delete("pipelines/second.yaml");
    commit(example(), "Think better of it");

    Patience.await(
        () -> argo.health("pipelines", "second").isEmpty(),
        () -> argo.status("pipelines").toString());
    Patience.await(
        () -> workflow("list", "--query", "ExecutionStatus='Canceled'").contains("models-second"),
        () -> workflow("list"));
    assertThat(
            cluster.kubectl(
                "get", "jobs", "--namespace=" + NAMESPACE, "-l", "tatara.dev/run=models-second"))
        .isEmpty();
  }

  /** What Flux would make of the run, as {@code Status: message}. */
  private static String flux() throws Exception {
    Path file = folder.resolve("run.json");
    Files.writeString(
        file, cluster.kubectl("get", "tp", RUN, "--namespace=" + NAMESPACE, "-o", "json"));
    return Tool.run(
        Map.of(),
        Duration.ofSeconds(30),
        List.of("sh", "-c", "%s/kstatus < %s".formatted(cluster.value("BIN"), file)));
  }

  private static void commit(String first, String message) throws Exception {
    git.write(FILE, first);
    String revision = git.push(message);
    argo.refresh("pipelines");
    argo.awaitSynced("pipelines", revision);
  }

  private static String example() throws Exception {
    return Files.readString(TataraCommand.home().resolve("charts/examples/gitops/" + FILE));
  }

  private static String endless() throws Exception {
    return example().replace("name: first", "name: second").replace("200k", "2000m");
  }

  private static String workflowId() {
    return NAMESPACE + "-" + RUN;
  }

  private static String workflow(String... arguments) {
    List<String> command = new ArrayList<>(List.of(cluster.value("BIN") + "/temporal", "workflow"));
    command.addAll(List.of(arguments));
    try {
      return Tool.run(
          Map.of("TEMPORAL_ADDRESS", cluster.value("TEMPORAL_ADDRESS")),
          Duration.ofMinutes(1),
          command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
