package dev.tatara.cli;

import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where the services are. While embedded ones run, this lies in the state directory, readable by
 * its owner only, so that other commands ({@code status}, {@code report}) find them.
 */
record Endpoints(String temporal, String namespace, StoreSettings store) {
  private static final String FILE = "services.json";

  private record Announcement(long pid, Endpoints endpoints) {}

  /** Lets other commands find the services of this process. */
  void announce(State state) {
    try {
      Path draft =
          Files.createTempFile(
              state.directory(),
              FILE,
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(draft, Json.bytes(new Announcement(ProcessHandle.current().pid(), this)));
      Files.move(draft, file(state), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes the announcement back. */
  static void withdraw(State state) {
    try {
      Files.deleteIfExists(file(state));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The services of a command that is running now on this state. */
  static Optional<Endpoints> running(State state) {
    try {
      Announcement found = Json.read(Files.readAllBytes(file(state)), Announcement.class);
      boolean alive = ProcessHandle.of(found.pid()).map(ProcessHandle::isAlive).orElse(false);
      return alive ? Optional.of(found.endpoints()) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(State state) {
    return state.directory().resolve(FILE);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "temporal=%s namespace=%s store=%s".formatted(temporal, namespace, store);
  }
}
