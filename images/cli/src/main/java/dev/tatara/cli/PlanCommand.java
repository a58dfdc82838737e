package dev.tatara.cli;

import dev.tatara.activities.collect.SchemeSources;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.model.GivenModel;
import dev.tatara.activities.plan.Planner;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.cli.figures.Figures;
import dev.tatara.config.run.CollectConfig;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.PlanEstimate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Estimates what a run will take, before anything is done.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tatara plan config/runs/quickstart.yaml",
      "  tatara plan my.yaml --flops 4e14     (the useful speed of one large accelerator)"
    })
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "run document, YAML or JSON")
  private Path file = Path.of("");

  @Option(
      names = "--flops",
      paramLabel = "N",
      description =
          "useful floating-point operations a second, all ranks together (default: two ranks on a common two-core machine)")
  private double flops = Planner.CPU_FLOPS_PER_SECOND;

  @Mixin private StateOption stateOption = new StateOption();

  @Override
  public Integer call() {
    Home home = Home.find();
    RunDocuments documents = RunDocuments.load(file, home);
    RunDocument document = documents.document();
    Sources sources =
        new SchemeSources(
            documents.base(), stateOption.open(home).cache(), store(System.getenv()), false);
    long bytes = 0;
    for (CollectConfig.Source source : document.spec().collect().sources()) {
      for (Sources.SourceFile found : sources.list(source.uri())) {
        bytes += found.size();
      }
    }
    write(
        document,
        Planner.estimate(
            document.spec(), GivenModel.checked(document.spec(), sources), bytes, flops));
    return 0;
  }

  /** Only {@code s3:} sources need one. */
  private static StoreSettings store(Map<String, String> environment) {
    return environment.getOrDefault("S3_ENDPOINT", "").isBlank()
        ? new StoreSettings("http://127.0.0.1:9000", "us-east-1", "none", "none", "none", "")
        : StoreSettings.fromEnvironment(environment);
  }

  private void write(RunDocument document, PlanEstimate plan) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Plan of the run \"%s\"%n%n", document.name());
    line(out, "parameters", Figures.count(plan.parameters()));
    line(out, "without embeddings", Figures.count(plan.bodyParameters()));
    line(out, "sources", Figures.bytes(plan.sourceBytes()));
    line(out, "tokens to train on", Figures.count(plan.tokens()));
    line(out, "steps", Figures.count(plan.steps()));
    if (plan.flopsPerToken() != null) {
      line(out, "compute per token", Figures.rounded(plan.flopsPerToken()) + "FLOP");
    }
    line(out, "compute", Figures.rounded(plan.trainingFlops()) + "FLOP");
    line(out, "pretraining takes", Figures.duration(plan.estimatedSeconds()));
    line(out, "at a speed of", Figures.rounded(plan.flopsPerSecond()) + "FLOP/s");
    line(out, "memory per rank", Figures.bytes(plan.bytesPerRank()));
    line(out, "one checkpoint", Figures.bytes(plan.checkpointBytes()));
    out.println();
    plan.notes().forEach(note -> out.println("- " + note));
    out.flush();
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("  %-20s %s%n", name, value);
  }
}
