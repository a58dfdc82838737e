package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.RunFile;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README, as they stand there, on a real server. */
@Tag("cluster")
@Timeout(120)
class CommandLineTest {
  private static final Path HOME = Path.of(System.getProperty("tatara.home"));
  private static final String START =
      "temporal workflow start --type TrainingPipeline --task-queue tatara-workflows --workflow-id"
          + " my-run --input-file my-run.json";

  @TempDir private static Path folder;
  private static RealTemporal temporal;
  private static String readme;

  private final FakeWorld world = new FakeWorld();
  private WorkerFactory workers;

  @BeforeAll
  static void startServer() throws Exception {
    temporal = RealTemporal.start(folder);
    readme = Files.readString(HOME.resolve("workflows/README.md"));
  }

  @AfterAll
  static void stopServer() {
    temporal.close();
  }

  @BeforeEach
  void startWorker() {
    workers = WorkerFactory.newInstance(temporal.client());
    PipelineFixture.serve(workers, world, new CopyOnWriteArrayList<>(), () -> false);
    workers.start();
  }

  @AfterEach
  void stopWorker() {
    workers.shutdownNow();
    workers.awaitTermination(10, TimeUnit.SECONDS);
  }

  @Test
  void startQuerySignalUpdateAndCancel() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    type(START, "talked-to");
    assertThat(world.atWork.await(60, TimeUnit.SECONDS)).isTrue();

    assertThat(type("temporal workflow query --workflow-id my-run --name status", "talked-to"))
        .contains("\"current\":\"pretrain\"");
    pipeline("talked-to").recordFailure(FakeWorld.hang());
    assertThat(type("temporal workflow query --workflow-id my-run --name ledger", "talked-to"))
        .contains("\"failureClass\":\"hang\"");
    type("temporal workflow signal --workflow-id my-run --name pause", "talked-to");
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline("talked-to"), Wait.Kind.PAUSE));
    type("temporal workflow signal --workflow-id my-run --name resume", "talked-to");
    PipelineFixture.await(() -> world.trainersAlive.get() == 1);

    String update =
        "temporal workflow update execute --workflow-id my-run --name changeBudget --input"
            + " '{\"budget\":{\"rankHours\":50},\"actor\":\"ada\",\"reason\":\"the loss still falls\"}'";
    type(update, "talked-to");
    assertThat(pipeline("talked-to").status().budget()).hasToString("BudgetConfig[rankHours=50.0]");
    assertThat(
            temporal.refused(
                "workflow",
                "update",
                "execute",
                "--workflow-id",
                "talked-to",
                "--name",
                "changeBudget",
                "--input",
                "{\"budget\":{\"rankHours\":-1},\"actor\":\"ada\",\"reason\":\"why\"}"))
        .contains("budget.rankHours is -1.0, but must be larger than 0");

    type("temporal workflow cancel --workflow-id my-run", "talked-to");
    assertThat(temporal.refused("workflow", "result", "--workflow-id", "talked-to"))
        .containsIgnoringCase("cancel");
    assertThat(world.trainersAlive).hasValue(0);
  }

  @Test
  void aWaitTellsTheCommandThatEndsIt() throws Exception {
    world.kept = "base";
    JsonNode document = new ObjectMapper().readTree(Json.bytes(runFile("asking")));
    ((ObjectNode) document.at("/spec/gate")).put("approval", "required");
    Files.writeString(folder.resolve("asking.json"), document.toString());
    temporal.cli(
        "workflow",
        "start",
        "--type",
        "TrainingPipeline",
        "--task-queue",
        "tatara-workflows",
        "--workflow-id",
        "asking",
        "--input-file",
        folder.resolve("asking.json").toString());
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline("asking"), Wait.Kind.APPROVAL));

    Wait wait = pipeline("asking").status().waitsFor();
    String sentence = wait == null ? "" : wait.sentence();
    String command = sentence.substring(sentence.indexOf("temporal "), sentence.indexOf(", or --"));
    temporal.type(command.replace("NAME", "ada").replace("WHY", "reads well"));

    assertThat(temporal.cli("workflow", "result", "--workflow-id", "asking"))
        .contains("\"actor\":\"ada\"");
  }

  @Test
  void aFailedRunIsResetOnceItsCauseIsMended() throws Exception {
    world.kept = "base";
    world.failures.put(
        "open clean", FakeWorld.userError("clean.languages is [xx]; correct the languages"));
    type(START, "mended");
    assertThat(temporal.refused("workflow", "result", "--workflow-id", "mended"))
        .contains("correct the languages");
    world.finishedBefore.add(Stage.COLLECT);

    type(
        "temporal workflow reset --workflow-id my-run --type FirstWorkflowTask --reason \"the cause"
            + " is mended\"",
        "mended");

    assertThat(temporal.cli("workflow", "result", "--workflow-id", "mended"))
        .contains("COMPLETED")
        .contains("\"stage\":\"collect\",\"state\":\"reused\"");
    assertThat(world.published).hasSize(1);
  }

  @Test
  void aScheduleStartsRunsOneAfterAnother() throws Exception {
    world.kept = "base";
    type(
        "temporal schedule create --schedule-id nightly --cron \"0 2 * * *\" --overlap-policy Skip"
            + " --workflow-id my-run --type TrainingPipeline --task-queue tatara-workflows"
            + " --input-file my-run.json",
        "scheduled");
    type("temporal schedule trigger --schedule-id nightly", "scheduled");
    PipelineFixture.await(() -> world.published.size() == 1);

    String described = type("temporal schedule describe --schedule-id nightly", "scheduled");
    assertThat(described).contains("Skip").contains("scheduled-20").contains("TrainingPipeline");
    type("temporal schedule delete --schedule-id nightly", "scheduled");
    assertThat(temporal.refused("schedule", "describe", "--schedule-id", "nightly"))
        .contains("not found");
  }

  /** A command of the README, about a run of the test's own. */
  private static String type(String command, String run) throws Exception {
    assertThat(readme).contains("    " + command + "\n");
    Path input = folder.resolve(run + ".json");
    if (!Files.exists(input)) {
      Files.write(input, Json.bytes(runFile(run)));
    }
    return temporal.type(command.replace("my-run.json", input.toString()).replace("my-run", run));
  }

  private static Object runFile(String name) throws IOException {
    String yaml = Files.readString(HOME.resolve("config/runs/ci.yaml"));
    return RunFile.parse(yaml.replaceFirst("(?m)^  name: .*$", "  name: " + name), "ci.yaml");
  }

  private static TrainingPipeline pipeline(String id) {
    return temporal.client().newWorkflowStub(TrainingPipeline.class, id);
  }
}
