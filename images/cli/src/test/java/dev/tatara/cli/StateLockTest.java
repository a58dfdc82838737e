package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateLockTest {
  @TempDir Path directory;

  @Test
  void namesTheHolderToTheSecondComer() {
    State state = State.open(directory);
    try (StateLock lock = StateLock.take(state, "runs quickstart")) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> StateLock.take(state, "runs other"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid() + ": runs quickstart")
          .hasMessageContaining("--state DIR");
    }
  }

  @Test
  void isFreeAgainAfterwards() throws Exception {
    State state = State.open(directory);
    StateLock.take(state, "first").close();

    StateLock.take(state, "second").close();

    assertThat(Files.readString(state.lock())).isEmpty();
  }
}
