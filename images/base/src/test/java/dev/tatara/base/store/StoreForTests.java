package dev.tatara.base.store;

import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.file.Path;

/** A real S3 server over a directory of the test, and a client of it. */
final class StoreForTests implements AutoCloseable {
  private final EmbeddedObjectStore server;
  private final ObjectStore store;

  StoreForTests(Path directory) {
    server = EmbeddedObjectStore.start(directory, 0, "access", "secret");
    store = connect("");
  }

  ObjectStore store() {
    return store;
  }

  ObjectStore connect(String prefix) {
    return ObjectStore.connect(settings("secret", prefix));
  }

  StoreSettings settings(String secret, String prefix) {
    return new StoreSettings(server.endpoint(), "us-east-1", "access", secret, "tatara", prefix);
  }

  @Override
  public void close() {
    server.close();
  }
}
