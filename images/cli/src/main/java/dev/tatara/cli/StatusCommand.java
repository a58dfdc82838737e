package dev.tatara.cli;

import dev.tatara.cli.figures.Figures;
import dev.tatara.cli.progress.StageLine;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.TrainingPipeline;
import dev.tatara.workflows.Wait;
import dev.tatara.workflows.client.NewestProgress;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Says how far a run has come, or what it came to.",
    footerHeading = "%nExample:%n",
    footer = "  tatara status quickstart")
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "RUN", description = "name of the run")
  private String run = "";

  @Mixin private StateOption stateOption = new StateOption();

  @Override
  public Integer call() {
    Home home = Home.find();
    State state = stateOption.open(home);
    PrintWriter out = spec.commandLine().getOut();
    Optional<PipelineStatus> live = live(state);
    if (live.isPresent()) {
      PipelineStatus status = live.get();
      Wait wait = status.waitsFor();
      String how = status.paused() ? "paused" : wait != null ? "waiting" : "going on";
      out.printf("%s is %s%n", run, how);
      stages(status, out);
    } else {
      PipelineResult result =
          RunOutcome.local(state, run).orElseThrow(() -> ReportCommand.unknown(run, state));
      out.printf("%s has ended%n", run);
      Summary.write(result, out);
    }
    out.flush();
    return 0;
  }

  private Optional<PipelineStatus> live(State state) {
    Map<String, String> environment = System.getenv();
    if (Temporal.isNamed(environment)) {
      return ask(Temporal.connect(environment));
    }
    return Endpoints.running(state)
        .map(found -> Temporal.connect(found.temporal(), found.namespace()))
        .flatMap(this::ask);
  }

  /** Closes the connection as well. */
  private Optional<PipelineStatus> ask(Temporal connected) {
    try (Temporal temporal = connected) {
      WorkflowClient client = temporal.client();
      TrainingPipeline pipeline = client.newWorkflowStub(TrainingPipeline.class, run);
      PipelineStatus told = pipeline.status();
      return Optional.of(
          NewestProgress.of(
              told,
              WorkflowStub.fromTyped(pipeline).describe().getRawDescription(),
              client.getOptions().getDataConverter()));
    } catch (WorkflowNotFoundException e) {
      return Optional.empty();
    }
  }

  private static void stages(PipelineStatus status, PrintWriter out) {
    for (StageOutcome stage : status.stages()) {
      String time = stage.seconds() > 0 ? Figures.duration(stage.seconds()) : "";
      out.println(
          "%-13s %-8s %12s  %s"
              .formatted(stage.stage().word(), stage.state().word(), time, words(stage, status))
              .stripTrailing());
    }
  }

  private static String words(StageOutcome stage, PipelineStatus status) {
    String ended = StageLine.ended(stage);
    if (stage.stage() != status.current() || status.steps() == 0) {
      return ended;
    }
    String step =
        "step %s of %s".formatted(Figures.count(status.step()), Figures.count(status.steps()));
    return ended.isEmpty() ? step : step + ", " + ended;
  }
}
