package dev.tatara.cli;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The artifacts, for commands that only look: in the store that the environment names, in that of a
 * command that is running now, else in an embedded one that is started for this.
 */
final class StoreAccess implements AutoCloseable {
  private final Artifacts artifacts;
  private final @Nullable EmbeddedObjectStore server;
  private final @Nullable StateLock lock;

  private StoreAccess(
      StoreSettings settings, @Nullable EmbeddedObjectStore server, @Nullable StateLock lock) {
    this.artifacts = new Artifacts(ObjectStore.connect(settings));
    this.server = server;
    this.lock = lock;
  }

  /**
   * Opens the store.
   *
   * @throws dev.tatara.config.InvalidInputException if it cannot be reached
   */
  static StoreAccess open(State state, Map<String, String> environment) {
    if (!environment.getOrDefault("S3_ENDPOINT", "").isBlank()) {
      return new StoreAccess(StoreSettings.fromEnvironment(environment), null, null);
    }
    Optional<Endpoints> running = Endpoints.running(state);
    if (running.isPresent()) {
      return new StoreAccess(running.get().store(), null, null);
    }
    StateLock lock = StateLock.take(state, "looks at the artifacts");
    String secret = Services.secret();
    EmbeddedObjectStore server = EmbeddedObjectStore.start(state.objects(), 0, "tatara", secret);
    return new StoreAccess(Services.embedded(server, "tatara", secret), server, lock);
  }

  Artifacts artifacts() {
    return artifacts;
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    if (lock != null) {
      lock.close();
    }
  }
}
