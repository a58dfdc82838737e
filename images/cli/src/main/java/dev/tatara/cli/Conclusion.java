package dev.tatara.cli;

import dev.tatara.base.store.Artifacts;
import dev.tatara.cli.report.ReportContent;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.PipelineResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** After a run: exports the model, lets it write a little, writes the report, says what is next. */
final class Conclusion {
  private static final String PROMPT = "The";
  private static final String QUESTION = "What is a computer?";

  private final Home home;
  private final State state;
  private final RunOutcome outcome;
  private final PrintWriter out;

  Conclusion(Home home, State state, Artifacts artifacts, PrintWriter out) {
    this.home = home;
    this.state = state;
    this.outcome = new RunOutcome(state, artifacts, home.launcher());
    this.out = out;
  }

  void write(PipelineResult result) throws IOException, InterruptedException {
    ArtifactRef model = result.model();
    boolean chats = chats(result);
    if (model != null) {
      Path folder = outcome.export(result.run(), model);
      if (outcome.samples(result.run(), model).isEmpty()) {
        outcome.keep(result.run(), new RunOutcome.Samples(model.digest(), samples(folder, chats)));
      }
    }
    Path report = outcome.report(result);
    out.printf("%nReport:  %s%n", RunOutcome.shown(report));
    if (model != null) {
      String folder = RunOutcome.shown(state.published(result.run()));
      out.printf("Model:   %s%n", folder);
      out.printf(
          "Try it:  %s generate --model %s %s%n",
          home.launcher(),
          folder,
          chats ? "--chat --prompt \"" + QUESTION + "\"" : "--prompt \"" + PROMPT + "\"");
    }
    out.flush();
  }

  /** The report of a run that failed or was stopped, as far as it came. */
  void writeUnfinished(String run) throws IOException {
    Optional<PipelineResult> result = outcome.stored(run);
    if (result.isPresent()) {
      out.printf("%nReport so far: %s%n", RunOutcome.shown(outcome.report(result.get())));
      out.flush();
    }
  }

  /** The kept model has learned to chat. */
  private static boolean chats(PipelineResult result) {
    GateVerdict verdict = result.verdict();
    return verdict != null && !verdict.kept().equals("base");
  }

  private List<ReportContent.Sample> samples(Path folder, boolean chats)
      throws IOException, InterruptedException {
    EvaluatorProcess evaluator = new EvaluatorProcess(home, state);
    List<ReportContent.Sample> samples = new ArrayList<>();
    for (String prompt : chats ? List.of(PROMPT, QUESTION) : List.of(PROMPT)) {
      List<String> arguments =
          new ArrayList<>(
              List.of("--model", folder.toString(), "--prompt", prompt, "--max-tokens", "60"));
      arguments.addAll(List.of("--temperature", "0.7", "--seed", "1"));
      if (prompt.equals(QUESTION)) {
        arguments.add("--chat");
      }
      evaluator
          .sample(arguments)
          .ifPresent(text -> samples.add(new ReportContent.Sample(prompt, text)));
    }
    return samples;
  }
}
