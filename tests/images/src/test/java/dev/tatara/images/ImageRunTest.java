package dev.tatara.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each program starts in its image: nothing is missing in the runtime, and nothing is unpacked. */
class ImageRunTest {
  private static final Path HOME = Path.of(System.getProperty("tatara.home"));

  @TempDir Path folder;

  @Test
  void trainerLoadsItsEngineAndWritesNothing() throws Exception {
    Outcome outcome = run("trainer", "dev.tatara.trainer.Main", "engine");

    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("torch 2.10.0").contains("oneDNN and MKL");
  }

  @Test
  void evaluatorWritesTextWithAModelWhoeverMadeIt() throws Exception {
    Outcome outcome =
        run(
            "evaluator",
            "dev.tatara.evaluator.Main",
            "generate",
            "--model",
            "/given/tests/vectors/a_model_forward/llama_tied",
            "--prompt",
            "The",
            "--max-tokens",
            "4",
            "--temperature",
            "0");

    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).isNotBlank().doesNotContain("Extracting");
  }

  @Test
  void workerOpensItsClientsAndSaysInOneSentenceWhichServerIsAway() throws Exception {
    Map<String, String> environment =
        Map.of(
            "TEMPORAL_ADDRESS", "127.0.0.1:1",
            "S3_ENDPOINT", "http://127.0.0.1:1",
            "AWS_ACCESS_KEY_ID", "key",
            "AWS_SECRET_ACCESS_KEY", "secret",
            "TATARA_PODS", "kubernetes",
            "TATARA_POD_NAMESPACE", "models",
            "TATARA_TRAINER_IMAGE", "tatara/trainer:1",
            "TATARA_EVALUATOR_IMAGE", "tatara/evaluator:1",
            "TATARA_S3_SECRET", "tatara-s3");

    Outcome outcome = run("worker", environment, "dev.tatara.worker.Main");

    assertThat(outcome.code()).as(outcome.output()).isEqualTo(64);
    assertThat(outcome.output()).contains("Temporal at 127.0.0.1:1 does not answer");
  }

  @Test
  void operatorSaysInOneSentenceWhatItLacks() throws Exception {
    Map<String, String> environment = Map.of("TATARA_OPERATOR_NAMESPACE", "models");

    Outcome outcome = run("operator", environment, "dev.tatara.operator.Main");

    assertThat(outcome.code()).as(outcome.output()).isEqualTo(64);
    assertThat(outcome.output()).contains("TEMPORAL_ADDRESS is not set");
  }

  private Outcome run(String name, String... arguments) throws IOException, InterruptedException {
    return run(name, Map.of(), arguments);
  }

  private Outcome run(String name, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ImageTar image = ImageTar.of(name);
    Path root = folder.resolve("root");
    image.extract(root);
    List<String> command = new ArrayList<>();
    command.add("sh");
    command.add(HOME.resolve("tests/images/in-image.sh").toString());
    command.addAll(List.of(root.toString(), HOME.toString(), "@/app/jvm.options"));
    command.addAll(List.of(arguments));
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().keySet().removeIf(key -> !key.equals("PATH"));
    for (JsonNode variable : image.configuration().get("Env")) {
      String[] parts = variable.asText().split("=", 2);
      if (!parts[0].equals("PATH")) {
        builder.environment().put(parts[0], parts[1]);
      }
    }
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String output = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(ended).as("%s did not end: %s", name, output).isTrue();
    return new Outcome(process.exitValue(), output);
  }

  private record Outcome(int code, String output) {}
}
