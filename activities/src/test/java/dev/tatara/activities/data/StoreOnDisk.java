package dev.tatara.activities.data;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** A real S3 endpoint over a directory, for the tests of data stages. */
public final class StoreOnDisk implements AutoCloseable {
  private final S3Proxy server;
  private final ObjectStore store;

  /** Starts on a free port. */
  public StoreOnDisk(Path directory) throws Exception {
    Properties properties = new Properties();
    properties.setProperty(
        "jclouds.filesystem.basedir", Files.createDirectories(directory).toString());
    server =
        S3Proxy.builder()
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "test", "test-secret")
            .build();
    server.start();
    store =
        ObjectStore.connect(
            new StoreSettings(
                "http://127.0.0.1:" + server.getPort(),
                "us-east-1",
                "test",
                "test-secret",
                "tatara",
                ""));
  }

  public ObjectStore store() {
    return store;
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }
}
