package dev.tatara.activities.data;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.file.Path;

/** A real S3 endpoint over a directory, for the tests of data stages. */
public final class StoreOnDisk implements AutoCloseable {
  private final EmbeddedObjectStore server;
  private final StoreSettings settings;
  private final ObjectStore store;

  /** Starts on a free port. */
  public StoreOnDisk(Path directory) {
    server = EmbeddedObjectStore.start(directory, 0, "test", "test-secret");
    settings =
        new StoreSettings(server.endpoint(), "us-east-1", "test", "test-secret", "tatara", "");
    store = ObjectStore.connect(settings);
  }

  public StoreSettings settings() {
    return settings;
  }

  public ObjectStore store() {
    return store;
  }

  @Override
  public void close() {
    server.close();
  }
}
