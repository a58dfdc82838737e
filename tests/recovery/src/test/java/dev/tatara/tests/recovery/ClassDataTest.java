package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.k8s.Gang;
import dev.tatara.k8s.Program;
import dev.tatara.tests.pipeline.TataraCommand;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Half of what a rank's start costs is saved by classes that the build has laid out for it. */
final class ClassDataTest {
  @Test
  void aRankFindsItsClassesReady() throws Exception {
    Program program = Program.installed(TataraCommand.home(), Gang.Image.TRAINER);
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(program.options());
    command.add("-Xlog:class+load");
    command.addAll(List.of("-cp", program.classPath(), program.mainClass(), "rehearse"));

    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains("org.bytedeco.pytorch.global.torch source: shared objects file (top)");
  }
}
