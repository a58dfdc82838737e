package dev.tatara.cli;

import dev.tatara.cli.progress.ProgressDisplay;
import dev.tatara.cli.progress.RunView;
import dev.tatara.cli.progress.StageProgress;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.workflows.PipelineStatus;
import io.temporal.client.WorkflowFailedException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Takes a run document from raw text to a published model, with progress.",
      "Temporal and S3 run inside this command unless TEMPORAL_ADDRESS or S3_ENDPOINT name others.",
      "Ctrl-C stops in order. However a run ended, the same command goes on where it stopped;",
      "stages whose input has not changed are reused."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tatara run config/runs/quickstart.yaml",
      "  TEMPORAL_ADDRESS=temporal:7233 tatara run my.yaml"
    })
final class RunCommand implements Callable<Integer> {
  private static final long PERIOD_MILLISECONDS = 500;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "run document, YAML or JSON")
  private Path file = Path.of("");

  @Mixin private StateOption stateOption = new StateOption();

  @Override
  public Integer call() throws Exception {
    Map<String, String> environment = System.getenv();
    Home home = Home.find();
    RunDocuments documents = RunDocuments.load(file, home);
    String name = documents.document().name();
    State state = stateOption.open(home);
    Logs.to(state.logs().resolve("run-" + name + ".log"));
    try (Services services =
            Services.start(state, "runs " + name, Services.Ports.ANY, environment);
        Workplace workplace = Workplace.open(home, state, services.endpoints(), documents.base())) {
      return train(workplace, documents.document(), environment, state, home);
    }
  }

  private int train(
      Workplace workplace,
      RunDocument document,
      Map<String, String> environment,
      State state,
      Home home)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Conclusion conclusion = new Conclusion(home, state, workplace.artifacts(), out);
    PipelineRun run = PipelineRun.start(workplace.client(), document);
    Interruption interruption =
        Interruption.stopping(
            () -> {
              out.printf("%nStopping in order; Ctrl-C once more stops at once.%n");
              out.flush();
              run.cancel();
            });
    try (ProgressDisplay display = Screen.display(out, environment)) {
      PipelineResult result = watch(run, workplace, display);
      Summary.write(result, out);
      conclusion.write(result);
      return 0;
    } catch (WorkflowFailedException e) {
      conclusion.writeUnfinished(document.name());
      if (interruption.happened()) {
        out.printf("Stopped. The same command goes on from here.%n");
        out.flush();
        return Interruption.EXIT_CODE;
      }
      throw e;
    }
  }

  private static PipelineResult watch(PipelineRun run, Workplace workplace, ProgressDisplay display)
      throws InterruptedException {
    while (!run.endsWithin(PERIOD_MILLISECONDS)) {
      PipelineStatus status = run.status();
      StageProgress progress = workplace.progress(status.current()).orElse(null);
      display.show(new RunView(status.stages(), progress, run.recoveries()));
    }
    PipelineResult result = run.result();
    display.show(new RunView(result.stages(), null, run.recoveries()));
    return result;
  }
}
