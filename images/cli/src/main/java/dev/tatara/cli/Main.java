package dev.tatara.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code tatara}. */
@Command(
    name = "tatara",
    mixinStandardHelpOptions = true,
    version = "Tatara 0.1.0",
    description = {
      "Trains a language model from scratch: raw text in, evaluated and published model out.",
      "A run survives crashes: kill any process of it, repeat the command, get the same model."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tatara run config/runs/quickstart.yaml",
      "      trains, post-trains, judges and publishes a small model on this machine",
      "  tatara generate --model .tatara/runs/quickstart/publish --prompt \"The server\"",
      "      lets it write",
      "  tatara validate my.yaml",
      "      names everything that is wrong with a run document, and how to mend it",
      "  tatara up",
      "      keeps Temporal and S3 running, so that the temporal CLI can start runs",
      "",
      "tatara COMMAND --help tells more about a command."
    },
    subcommands = {
      RunCommand.class,
      UpCommand.class,
      ValidateCommand.class,
      PlanCommand.class,
      StatusCommand.class,
      ReportCommand.class,
      GenerateCommand.class
    })
public final class Main implements Runnable {
  static final int FAILED = 1;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private Main() {}

  /** Exit codes: 0 done, 1 failed (the last line says why), 2 wrong usage, 130 interrupted. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              Logs.failure(failure);
              command.getErr().println("tatara: " + FailureSentence.of(failure));
              Logs.file().ifPresent(file -> command.getErr().println("        details: " + file));
              command.getErr().flush();
              return FAILED;
            });
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
