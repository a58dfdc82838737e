package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.Json;
import dev.tatara.config.run.RunDocument;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CommandsTest {
  private static final Path HOME = Path.of(System.getProperty(Home.PROPERTY));

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  @Test
  void helpTeachesWithExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("tatara run config/runs/quickstart.yaml", "validate", "generate", "report");
  }

  @Test
  void eachCommandExplainsItself() {
    for (String command : Main.commandLine().getSubcommands().keySet()) {
      assertThat(run(command, "--help")).as(command).isZero();
    }
    assertThat(out.toString()).contains("Example");
  }

  @Test
  void validatesTheQuickstartFromAnyDirectory() {
    assertThat(run("validate", HOME.resolve("config/runs/quickstart.yaml").toString())).isZero();
    assertThat(out.toString()).contains("is valid").contains("1.50 M tokens from 2 sources");
  }

  @Test
  void writesTheInputOfTheWorkflowAsJson() throws Exception {
    Path json = directory.resolve("input.json");

    assertThat(run("validate", HOME.resolve("config/runs/ci.yaml").toString(), "--json", json + ""))
        .isZero();

    RunDocument document = Json.read(Files.readAllBytes(json), RunDocument.class);
    assertThat(document.name()).isEqualTo("ci");
  }

  @Test
  void saysWhatToDoAboutAMissingFile() {
    assertThat(run("validate", "nothing.yaml")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("tatara: There is no file nothing.yaml")
        .doesNotContain("\tat ");
  }

  @Test
  void saysWhatToDoAboutBadYaml() throws Exception {
    Path file = Files.writeString(directory.resolve("bad.yaml"), "spec: {pretrain: {steps: 5");

    assertThat(run("validate", file.toString())).isEqualTo(1);
    assertThat(err.toString()).startsWith("tatara: ").contains("bad.yaml").doesNotContain("\tat ");
  }

  @Test
  void namesSourcesThatAreNotThere() throws Exception {
    String quickstart = Files.readString(HOME.resolve("config/runs/quickstart.yaml"));
    Path file =
        Files.writeString(
            directory.resolve("run.yaml"), quickstart.replace("aozora-ja.jsonl.gz", "books.gz"));

    assertThat(run("validate", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("names 1 file that is not there").contains("books.gz");
  }

  @Test
  void plansTheQuickstart() {
    String quickstart = HOME.resolve("config/runs/quickstart.yaml").toString();

    assertThat(run("plan", quickstart, "--state", directory.toString())).isZero();
    assertThat(out.toString()).contains("parameters", "pretraining takes", "memory per rank");
  }

  @Test
  void saysThatNobodyKnowsTheRun() {
    assertThat(run("status", "nobody", "--state", directory.resolve("state").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("No run \"nobody\" has ended");
  }

  @Test
  void saysWhichFolderHoldsNoModel() {
    assertThat(run("generate", "--model", directory.toString(), "--prompt", "x")).isEqualTo(1);
    assertThat(err.toString()).contains("holds no model").contains("config.json");
  }

  @Test
  void saysThatARunIsUnknown() {
    assertThat(run("report", "nobody", "--state", directory.resolve("state").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("No run \"nobody\" has ended");
  }

  @Test
  void saysThatAStateDirectoryCannotBeMade() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThat(run("report", "x", "--state", file.resolve("state").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("cannot be made").contains("--state DIR");
  }

  private int run(String... arguments) {
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }
}
