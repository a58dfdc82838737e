package dev.tatara.cli;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.RunDocument;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = {
      "Reads a run document and names everything that is wrong with it, with line and remedy.",
      "Nothing is run and nothing is written, except the JSON that is asked for."
    },
    footerHeading = "%nExample:%n",
    footer = "  tatara validate my.yaml --json my.json")
final class ValidateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "run document, YAML or JSON")
  private Path file = Path.of("");

  @Option(
      names = "--json",
      paramLabel = "OUT",
      description = "writes the document as JSON, the input of the workflow TrainingPipeline")
  private @Nullable Path json;

  @Override
  public Integer call() {
    RunDocument document = RunDocuments.load(file, Home.find()).document();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s is valid: %s%n", file, summary(document));
    if (json != null) {
      write(json, Json.pretty(document) + "\n");
      out.printf("Its JSON is in %s%n", json);
    }
    out.flush();
    return 0;
  }

  private static void write(Path target, String text) {
    try {
      Files.writeString(target, text);
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s cannot be written (%s); choose another place with --json".formatted(target, e), e);
    }
  }

  private static String summary(RunDocument document) {
    PipelineSpec pipeline = document.spec();
    String size = pipeline.pretrain().model();
    return "run \"%s\" trains %s on %s tokens from %d %s in %s steps%s%s"
        .formatted(
            document.name(),
            size == null ? "a model" : "a model of size " + size,
            Figures.rounded(pipeline.pretrain().tokens()),
            pipeline.collect().sources().size(),
            pipeline.collect().sources().size() == 1 ? "source" : "sources",
            Figures.count(pipeline.pretrain().steps()),
            pipeline.sft() == null ? "" : ", then on chats",
            pipeline.dpo() == null ? "" : ", then on preferences");
  }
}
