package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Lets a model in Hugging Face layout write, from a prompt.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tatara generate --model .tatara/runs/quickstart/publish --prompt \"The server\"",
      "  tatara generate --model .tatara/runs/quickstart/publish --chat --prompt \"Why is the sky blue?\""
    })
final class GenerateCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "folder with config.json, model.safetensors and tokenizer.json")
  private Path model = Path.of("");

  @Option(
      names = "--prompt",
      required = true,
      paramLabel = "TEXT",
      description = "text to go on from")
  private String prompt = "";

  @Option(names = "--chat", description = "puts the prompt into the model's chat format")
  private boolean chat;

  @Option(names = "--max-tokens", paramLabel = "N", description = "most tokens to write")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 always takes the likeliest token")
  private @Nullable Double temperature;

  @Option(names = "--seed", paramLabel = "S", description = "the same seed gives the same text")
  private @Nullable Long seed;

  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws Exception {
    Home home = Home.find();
    if (!Files.isRegularFile(model.resolve("config.json"))) {
      throw new InvalidInputException(
          "%s holds no model (it has no config.json); give the folder of a published model, for example %s"
              .formatted(model, home.defaultState().resolve("runs/quickstart/publish")));
    }
    return new EvaluatorProcess(home, state.open(home)).generate(arguments());
  }

  private List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(List.of("--model", model.toString(), "--prompt", prompt));
    if (chat) {
      arguments.add("--chat");
    }
    add(arguments, "--max-tokens", maxTokens);
    add(arguments, "--temperature", temperature);
    add(arguments, "--seed", seed);
    return arguments;
  }

  private static void add(List<String> arguments, String name, @Nullable Object value) {
    if (value != null) {
      arguments.add(name);
      arguments.add(value.toString());
    }
  }
}
