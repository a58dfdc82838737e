package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.embedded.EmbeddedTemporal;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.StageBeat;
import dev.tatara.workflows.StageProgress;
import dev.tatara.workflows.TaskQueues;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
final class StatusCommandTest {
  private static final String TROUBLE = "rank 0 cannot get its image; push it";

  @TempDir Path directory;
  private EmbeddedTemporal server;
  private Temporal temporal;
  private WorkerFactory workers;

  @BeforeEach
  void start() {
    server = EmbeddedTemporal.start(0);
    temporal = Temporal.connect(server.address(), "default");
    workers = WorkerFactory.newInstance(temporal.client());
    Worker worker = workers.newWorker(TaskQueues.WORKFLOWS);
    worker.registerWorkflowImplementationTypes(TroubledRun.class);
    worker.registerActivitiesImplementations(new Beating());
    workers.start();
    StoreSettings store = new StoreSettings("http://127.0.0.1:1", "", "", "", "", "");
    new Endpoints(server.address(), "default", store).announce(State.open(directory));
  }

  @AfterEach
  void stop() {
    workers.shutdownNow();
    temporal.close();
    server.close();
  }

  @Test
  void saysTheStepOfTheNewestHeartbeatAndWhatAPersonMustMend() {
    WorkflowOptions options =
        WorkflowOptions.newBuilder()
            .setTaskQueue(TaskQueues.WORKFLOWS)
            .setWorkflowId("one")
            .build();
    temporal.client().newUntypedWorkflowStub("TrainingPipeline", options).start();

    String said = status();
    while (said.contains("step 100 of 500")) {
      said = status();
    }

    assertThat(said)
        .startsWith("one is going on")
        .containsPattern("pretrain +running +step 143 of 500, " + TROUBLE);
  }

  private String status() {
    StringWriter out = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true));
    assertThat(command.execute("status", "one", "--state", directory.toString())).isZero();
    return out.toString();
  }

  /** As much of a run as the command asks for. */
  @WorkflowInterface
  public interface Run {
    @WorkflowMethod(name = "TrainingPipeline")
    void run();

    @QueryMethod
    PipelineStatus status();
  }

  /** What it says itself is old. */
  public static final class TroubledRun implements Run {
    @Override
    public void run() {
      Workflow.newActivityStub(
              Training.class,
              ActivityOptions.newBuilder().setStartToCloseTimeout(Duration.ofMinutes(5)).build())
          .train();
    }

    @Override
    public PipelineStatus status() {
      StageOutcome pretrain =
          new StageOutcome(
              Stage.PRETRAIN,
              StageOutcome.State.RUNNING,
              0,
              null,
              new TreeMap<>(),
              Account.EMPTY,
              TROUBLE);
      return new PipelineStatus(
          "one", Stage.PRETRAIN, false, List.of(pretrain), null, 0, null, 100, 500);
    }
  }

  /** A stage at work. */
  @ActivityInterface
  public interface Training {
    void train();
  }

  /** Beats once, and never ends. */
  private static final class Beating implements Training {
    @Override
    public void train() {
      ActivityExecutionContext context = Activity.getExecutionContext();
      context.heartbeat(new StageBeat(new StageProgress(Stage.PRETRAIN, 143, 500), ""));
      context.doNotCompleteOnReturn();
    }
  }
}
