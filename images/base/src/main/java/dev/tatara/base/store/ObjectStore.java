package dev.tatara.base.store;

import dev.tatara.config.InvalidInputException;
import io.minio.BucketExistsArgs;
import io.minio.GetObjectArgs;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One bucket of an S3-compatible store. Keys are relative to the settings' prefix. Thread-safe.
 *
 * <p>Every method throws {@link StoreException} if the store cannot be reached or refuses; trying
 * again is safe, since objects are written as a whole.
 */
public final class ObjectStore {
  private static final long UNKNOWN_PART_SIZE = -1L;

  private final MinioClient client;
  private final StoreSettings settings;

  private ObjectStore(MinioClient client, StoreSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * Connects, and makes the bucket if it is not there.
   *
   * @throws InvalidInputException if the store cannot be reached or refuses the credentials
   */
  public static ObjectStore connect(StoreSettings settings) {
    try {
      MinioClient client =
          MinioClient.builder()
              .endpoint(settings.endpoint())
              .region(settings.region())
              .credentials(settings.accessKey(), settings.secretKey())
              .build();
      ObjectStore store = new ObjectStore(client, settings);
      store.makeBucket();
      return store;
    } catch (MinioException | IllegalArgumentException | IllegalStateException e) {
      throw new InvalidInputException(
          ("The object store at %s does not answer as bucket \"%s\" (%s). Check S3_ENDPOINT,"
                  + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or unset S3_ENDPOINT to use the"
                  + " embedded store")
              .formatted(settings.endpoint(), settings.bucket(), e.getMessage()),
          e);
    }
  }

  private void makeBucket() throws MinioException {
    String bucket = settings.bucket();
    if (client.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) {
      return;
    }
    try {
      client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    } catch (ErrorResponseException e) {
      // Another process of the same start-up was first.
      if (!e.errorResponse().code().startsWith("BucketAlready")) {
        throw e;
      }
    }
  }

  /** The URI that refs carry for a key. */
  public String uri(String key) {
    return "s3://" + settings.bucket() + "/" + settings.prefix() + key;
  }

  /**
   * The key of a URI made by {@link #uri}.
   *
   * @throws InvalidInputException if the URI lies outside this store
   */
  public String key(String uri) {
    String root = uri("");
    if (!uri.startsWith(root)) {
      throw new InvalidInputException(
          "%s lies outside the store %s; set TATARA_BUCKET and TATARA_PREFIX to those it was written with"
              .formatted(uri, root));
    }
    return uri.substring(root.length());
  }

  /** The whole object; for objects that fit in memory. */
  public byte[] read(String key) {
    return call(
        "read",
        key,
        () -> {
          try (InputStream in = client.getObject(get(key).build())) {
            return in.readAllBytes();
          }
        });
  }

  /** The object if it exists. */
  public Optional<byte[]> readIfPresent(String key) {
    try {
      return Optional.of(read(key));
    } catch (MissingObjectException e) {
      return Optional.empty();
    }
  }

  /** A stream over the object; close it. */
  public InputStream open(String key) {
    return call("read", key, () -> client.getObject(get(key).build()));
  }

  /** A stream over part of the object, {@code length} bytes from {@code offset}; close it. */
  public InputStream open(String key, long offset, long length) {
    return call(
        "read", key, () -> client.getObject(get(key).offset(offset).length(length).build()));
  }

  /** Part of the object: {@code length} bytes from {@code offset}. */
  public byte[] readRange(String key, long offset, int length) {
    if (length == 0) {
      return new byte[0];
    }
    return call(
        "read",
        key,
        () -> {
          try (InputStream in =
              client.getObject(get(key).offset(offset).length((long) length).build())) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length != length) {
              throw new EOFException(
                  "it has %d bytes at offset %d, expected %d"
                      .formatted(bytes.length, offset, length));
            }
            return bytes;
          }
        });
  }

  private GetObjectArgs.Builder get(String key) {
    return GetObjectArgs.builder().bucket(settings.bucket()).object(settings.prefix() + key);
  }

  /** Writes the object as a whole, in place of any that is there. */
  public void write(String key, byte[] bytes) {
    call(
        "write",
        key,
        () -> client.putObject(put(key, new ByteArrayInputStream(bytes), bytes.length).build()));
  }

  /** Writes a local file as an object. */
  public void write(String key, Path file) {
    call(
        "write",
        key,
        () -> {
          try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            return client.putObject(put(key, in, Files.size(file)).build());
          }
        });
  }

  /** Writes an object of a known size from a stream, without holding it in memory. */
  public void write(String key, InputStream bytes, long size) {
    call("write", key, () -> client.putObject(put(key, bytes, size).build()));
  }

  /**
   * Writes the object unless one is there; of many writers at once, one is first.
   *
   * @return false if one was there; it is left as it is
   */
  public boolean writeIfAbsent(String key, byte[] bytes) {
    return call(
        "write",
        key,
        () -> {
          try {
            client.putObject(
                put(key, new ByteArrayInputStream(bytes), bytes.length)
                    .extraHeaders(new Http.Headers("If-None-Match", "*"))
                    .build());
            return true;
          } catch (ErrorResponseException e) {
            if (e.errorResponse().code().equals("PreconditionFailed")) {
              return false;
            }
            throw e;
          }
        });
  }

  private PutObjectArgs.Builder put(String key, InputStream in, long size) {
    return PutObjectArgs.builder().bucket(settings.bucket()).object(settings.prefix() + key).stream(
        in, size, UNKNOWN_PART_SIZE);
  }

  /** Size of the object in bytes, if it exists. */
  public Optional<Long> size(String key) {
    StatObjectArgs stat =
        StatObjectArgs.builder().bucket(settings.bucket()).object(settings.prefix() + key).build();
    try {
      return Optional.of(call("look up", key, () -> client.statObject(stat)).size());
    } catch (MissingObjectException e) {
      return Optional.empty();
    }
  }

  /**
   * Keys that begin with the prefix, sorted. A store on disk may also list the key of a write that
   * was cut off, followed by a hyphen and a UUID: look for the names you know.
   */
  public List<String> list(String prefix) {
    ListObjectsArgs query =
        ListObjectsArgs.builder()
            .bucket(settings.bucket())
            .prefix(settings.prefix() + prefix)
            .recursive(true)
            .build();
    return call(
        "list",
        prefix,
        () -> {
          List<String> keys = new ArrayList<>();
          for (Result<Item> result : client.listObjects(query)) {
            keys.add(result.get().objectName().substring(settings.prefix().length()));
          }
          keys.sort(Comparator.naturalOrder());
          return keys;
        });
  }

  /** Deletes the object; does nothing if there is none. */
  public void delete(String key) {
    RemoveObjectArgs remove =
        RemoveObjectArgs.builder()
            .bucket(settings.bucket())
            .object(settings.prefix() + key)
            .build();
    call(
        "delete",
        key,
        () -> {
          client.removeObject(remove);
          return true;
        });
  }

  /** Deletes every object whose key begins with the prefix. */
  public void deleteAll(String prefix) {
    list(prefix).forEach(this::delete);
  }

  private <T> T call(String verb, String key, Call<T> call) {
    try {
      return call.run();
    } catch (ErrorResponseException e) {
      String code = e.errorResponse().code();
      if (code.equals("NoSuchKey") || code.equals("NoSuchObject") || code.equals("NoSuchBucket")) {
        throw new MissingObjectException(uri(key), e);
      }
      throw new StoreException(verb, uri(key), e);
    } catch (MinioException | IOException | IllegalStateException e) {
      // The client reports a connection that failed as an IllegalStateException.
      throw new StoreException(verb, uri(key), e);
    }
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws MinioException, IOException;
  }
}
