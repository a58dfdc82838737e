package dev.tatara.embedded;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** An S3 server over a directory: buckets are folders, objects are files. */
public final class EmbeddedObjectStore implements AutoCloseable {
  private final S3Proxy server;

  private EmbeddedObjectStore(S3Proxy server) {
    this.server = server;
  }

  /**
   * Starts the server; it answers when this returns. What an earlier one wrote into the directory
   * is there again, whatever the credentials were then.
   *
   * @param port 0 for any free one
   * @throws InvalidInputException if the port is taken or the directory cannot be written
   */
  public static EmbeddedObjectStore start(
      Path directory, int port, String accessKey, String secretKey) {
    Ports.requireFree(port, "The object store", "--s3-port");
    create(directory);
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", directory.toAbsolutePath().toString());
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .endpoint(URI.create("http://%s:%d".formatted(Ports.LOOPBACK, port)))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, accessKey, secretKey)
            // Suspended laptops and virtual machines: their clocks jump, the data stay local.
            .maximumTimeSkew(24 * 60 * 60)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw Ports.taken(port, "The object store", "--s3-port", e);
    }
    return new EmbeddedObjectStore(server);
  }

  private static void create(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InvalidInputException(
          "The object store cannot create the directory %s (%s); choose a writable place with --state"
              .formatted(directory, e.getMessage()),
          e);
    }
    if (!Files.isWritable(directory)) {
      throw new InvalidInputException(
          "The object store cannot write into %s; choose a writable place with --state"
              .formatted(directory));
    }
  }

  /** As in {@code S3_ENDPOINT}. */
  public String endpoint() {
    return "http://%s:%d".formatted(Ports.LOOPBACK, server.getPort());
  }

  /** Ends the server; the objects stay. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The object store did not stop: " + e.getMessage(), e);
    }
  }
}
