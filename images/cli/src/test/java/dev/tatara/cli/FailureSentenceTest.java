package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.InvalidInputException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

final class FailureSentenceTest {
  @Test
  void repeatsWhatTheUserMustDo() {
    Exception failure =
        new IllegalStateException("outer", new InvalidInputException("x is 1; write 2"));

    assertThat(FailureSentence.of(failure)).isEqualTo("x is 1; write 2");
  }

  @Test
  void findsTheRootOfAFailedWorkflow() {
    Exception failure =
        new RuntimeException(
            "Workflow execution failed {workflowId=…}",
            ApplicationFailure.newFailure("rank 1 ended with signal 9 three times", "Type"));

    assertThat(FailureSentence.of(failure)).isEqualTo("rank 1 ended with signal 9 three times");
  }

  @Test
  void saysThatTheDiskIsFullAndThatNothingIsLost() {
    Exception failure = new UncheckedIOException(new IOException("No space left on device"));

    assertThat(FailureSentence.of(failure))
        .startsWith("The disk is full")
        .contains("free some space", "repeat the command");
  }

  @Test
  void saysThatARunWasCancelled() {
    assertThat(FailureSentence.of(new RuntimeException(new CanceledFailure("cancelled"))))
        .startsWith("The run was cancelled")
        .contains("repeat the command");
  }

  @Test
  void namesAFailureThatSaysNothing() {
    assertThat(FailureSentence.of(new NullPointerException())).isEqualTo("NullPointerException");
  }
}
