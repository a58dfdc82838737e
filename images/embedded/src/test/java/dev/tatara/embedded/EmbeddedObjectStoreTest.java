package dev.tatara.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.Http;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.errors.ErrorResponseException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedObjectStoreTest {
  @TempDir Path directory;

  @Test
  void keepsObjectsOverARestartWithOtherCredentials() throws Exception {
    try (var store = EmbeddedObjectStore.start(directory, 0, "first", "one")) {
      MinioClient client = client(store, "first", "one");
      client.makeBucket(MakeBucketArgs.builder().bucket("runs").build());
      put(client, "a/b/c.txt", "hello");
    }

    try (var store = EmbeddedObjectStore.start(directory, 0, "second", "two")) {
      assertThat(get(client(store, "second", "two"), "a/b/c.txt")).isEqualTo("hello");
    }
  }

  @Test
  void refusesToOverwriteWhenAskedNotTo() throws Exception {
    try (var store = EmbeddedObjectStore.start(directory, 0, "key", "secret")) {
      MinioClient client = client(store, "key", "secret");
      client.makeBucket(MakeBucketArgs.builder().bucket("runs").build());
      putOnce(client, "manifest.json", "first");

      assertThatThrownBy(() -> putOnce(client, "manifest.json", "second"))
          .isInstanceOfSatisfying(
              ErrorResponseException.class,
              e -> assertThat(e.errorResponse().code()).isEqualTo("PreconditionFailed"));
      assertThat(get(client, "manifest.json")).isEqualTo("first");
    }
  }

  @Test
  void refusesAWrongSecret() {
    try (var store = EmbeddedObjectStore.start(directory, 0, "key", "secret")) {
      MinioClient client = client(store, "key", "guess");

      assertThatThrownBy(
              () -> client.bucketExists(BucketExistsArgs.builder().bucket("runs").build()))
          .isInstanceOf(ErrorResponseException.class);
    }
  }

  @Test
  void listensOnLoopbackOnly() {
    try (var store = EmbeddedObjectStore.start(directory, 0, "key", "secret")) {
      assertThat(URI.create(store.endpoint()).getHost()).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void saysWhatToDoWhenThePortIsTaken() throws Exception {
    try (var other = new ServerSocket(0, 1, Ports.address(0).getAddress())) {
      assertThatThrownBy(
              () -> EmbeddedObjectStore.start(directory, other.getLocalPort(), "key", "secret"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("127.0.0.1:" + other.getLocalPort())
          .hasMessageContaining("--s3-port");
    }
  }

  @Test
  void saysWhatToDoWhenTheDirectoryIsAFile() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThatThrownBy(() -> EmbeddedObjectStore.start(file.resolve("s3"), 0, "key", "secret"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--state");
  }

  private static MinioClient client(EmbeddedObjectStore store, String key, String secret) {
    return MinioClient.builder()
        .endpoint(store.endpoint())
        .credentials(key, secret)
        .region("us-east-1")
        .build();
  }

  private static void put(MinioClient client, String key, String text) throws Exception {
    client.putObject(args(key, text).build());
  }

  private static void putOnce(MinioClient client, String key, String text) throws Exception {
    client.putObject(args(key, text).extraHeaders(new Http.Headers("If-None-Match", "*")).build());
  }

  private static PutObjectArgs.Builder args(String key, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return PutObjectArgs.builder().bucket("runs").object(key).stream(
        new ByteArrayInputStream(bytes), (long) bytes.length, -1L);
  }

  private static String get(MinioClient client, String key) throws Exception {
    try (InputStream in =
        client.getObject(GetObjectArgs.builder().bucket("runs").object(key).build())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
