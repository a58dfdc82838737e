package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.PipelineResult;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Writes the report of a run anew, from what lies in the object store.",
    footerHeading = "%nExample:%n",
    footer = "  tatara report quickstart")
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "RUN", description = "name of the run")
  private String run = "";

  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws Exception {
    Home home = Home.find();
    State opened = state.open(home);
    PrintWriter out = spec.commandLine().getOut();
    try (StoreAccess store = StoreAccess.open(opened, System.getenv())) {
      RunOutcome outcome = new RunOutcome(opened, store.artifacts(), home.launcher());
      PipelineResult result = outcome.stored(run).orElseThrow(() -> unknown(run, opened));
      out.println(outcome.report(result));
      out.flush();
    }
    return 0;
  }

  static InvalidInputException unknown(String run, State state) {
    return new InvalidInputException(
        "No run \"%s\" has ended on %s; check the name (metadata.name of the run document) or start it with tatara run"
            .formatted(run, state.directory()));
  }
}
