package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that began under an earlier version must go on under this one. */
class ReplayTest {
  private final List<String> told = new ArrayList<>();
  private final TestWorkflowEnvironment environment = PipelineFixture.environment();
  private final Worker worker = worker();

  private Worker worker() {
    Worker fresh = environment.newWorker(TaskQueues.WORKFLOWS);
    TrainingPipelineImpl.register(fresh, (run, outcome) -> told.add(run), () -> true);
    return fresh;
  }

  @AfterEach
  void stop() {
    environment.close();
  }

  static Stream<Path> histories() throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(ReplayTest.class.getResource("/histories")).toURI());
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    assertThat(files).as("recorded histories in %s", folder).isNotEmpty();
    return files.stream();
  }

  @ParameterizedTest
  @MethodSource("histories")
  void decidesAsItDidWhenTheHistoryWasRecorded(Path history) {
    assertThatCode(
            () ->
                WorkflowReplayer.replayWorkflowExecutionFromResource(
                    "histories/" + history.getFileName(), worker))
        .doesNotThrowAnyException();
    assertThat(told).as("the listener is not told again on replay").isEmpty();
  }

  @Test
  void noticesAHistoryThatItWouldNotHaveMade() throws Exception {
    Path history = histories().toList().get(0);
    String other = Files.readString(history).replace("\"data.Open\"", "\"data.Begin\"");

    assertThatThrownBy(
            () ->
                worker.replayWorkflowExecution(
                    io.temporal.common.WorkflowExecutionHistory.fromJson(other)))
        .hasStackTraceContaining("data.Begin");
  }
}
