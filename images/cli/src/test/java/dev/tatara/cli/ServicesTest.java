package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.InvalidInputException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServicesTest {
  @TempDir Path directory;

  @Test
  void keepsObjectsFromOneStartToTheNext() {
    State state = State.open(directory);
    try (Services services = Services.start(state, "test", Services.Ports.ANY, Map.of())) {
      ObjectStore.connect(services.endpoints().store())
          .write("a", "one".getBytes(StandardCharsets.UTF_8));
    }

    try (Services services = Services.start(state, "test", Services.Ports.ANY, Map.of())) {
      assertThat(ObjectStore.connect(services.endpoints().store()).read("a"))
          .asString(StandardCharsets.UTF_8)
          .isEqualTo("one");
    }
  }

  @Test
  void usesTheServersThatTheEnvironmentNames() {
    Map<String, String> environment =
        Map.of(
            "S3_ENDPOINT", "http://store:9000",
            "AWS_ACCESS_KEY_ID", "key",
            "AWS_SECRET_ACCESS_KEY", "secret",
            "TEMPORAL_ADDRESS", "temporal:7233",
            "TEMPORAL_NAMESPACE", "models");

    try (Services services =
        Services.start(State.open(directory), "test", Services.Ports.ANY, environment)) {
      Endpoints endpoints = services.endpoints();
      assertThat(endpoints.temporal()).isEqualTo("temporal:7233");
      assertThat(endpoints.namespace()).isEqualTo("models");
      assertThat(endpoints.store().endpoint()).isEqualTo("http://store:9000");
      assertThat(endpoints.toString()).doesNotContain("secret");
    }
  }

  @Test
  void saysThatAPortIsTakenAndLeavesNothingRunning() throws Exception {
    State state = State.open(directory);
    try (ServerSocket taken = new ServerSocket(0)) {
      Services.Ports ports = new Services.Ports(taken.getLocalPort(), 0);

      assertThatThrownBy(() -> Services.start(state, "test", ports, Map.of()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("--temporal-port");
    }
  }

  @Test
  void saysThatTheStoreDoesNotAnswer() {
    Map<String, String> environment =
        Map.of(
            "S3_ENDPOINT", "http://127.0.0.1:1",
            "AWS_ACCESS_KEY_ID", "key",
            "AWS_SECRET_ACCESS_KEY", "secret");

    assertThatThrownBy(() -> StoreAccess.open(State.open(directory), environment))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("http://127.0.0.1:1")
        .hasMessageContaining("S3_ENDPOINT");
  }

  @Test
  void announcesItsServicesToTheirOwnerOnly() throws Exception {
    State state = State.open(directory);
    try (Services services = Services.start(state, "test", Services.Ports.ANY, Map.of())) {
      services.endpoints().announce(state);

      assertThat(Endpoints.running(state)).contains(services.endpoints());
      assertThat(Files.getPosixFilePermissions(directory.resolve("services.json")))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
    Endpoints.withdraw(state);
    assertThat(Endpoints.running(state)).isEmpty();
  }
}
