package dev.tatara.activities.collect;

import dev.tatara.activities.data.Sources;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Objects of an S3-compatible store: {@code s3://BUCKET/KEY}. */
final class S3Sources implements Sources {
  private static final String SCHEME = "s3://";

  private final StoreSettings settings;
  private final Map<Version, String> digests = new ConcurrentHashMap<>();

  private record Version(String bucket, String key, String tag, long size) {}

  /** A bucket and what comes after it. */
  private record Address(String bucket, String key) {
    static Address of(String uri) {
      String rest = uri.startsWith(SCHEME) ? uri.substring(SCHEME.length()) : "";
      int slash = rest.indexOf('/');
      if (slash <= 0 || slash == rest.length() - 1) {
        throw new InvalidInputException(
            "The source \"%s\" names no object; write s3://BUCKET/KEY".formatted(uri));
      }
      return new Address(rest.substring(0, slash), rest.substring(slash + 1));
    }
  }

  /** Made on first use: it costs seconds, and most runs read files only. */
  private @Nullable MinioClient client;

  S3Sources(StoreSettings settings) {
    this.settings = settings;
  }

  private synchronized MinioClient client() {
    if (client == null) {
      client =
          MinioClient.builder()
              .endpoint(settings.endpoint())
              .region(settings.region())
              .credentials(settings.accessKey(), settings.secretKey())
              .build();
    }
    return client;
  }

  @Override
  public List<SourceFile> list(String uri) {
    Address address = Address.of(uri);
    int slash = address.key().lastIndexOf('/');
    String folder = address.key().substring(0, slash + 1);
    Glob glob = new Glob(address.key().substring(slash + 1));
    List<SourceFile> files = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Item item : items(uri, address.bucket(), folder)) {
      String name = item.objectName().substring(folder.length());
      names.add(name);
      if (glob.matches(name)) {
        files.add(describe(address.bucket(), item, name));
      }
    }
    if (files.isEmpty()) {
      throw new InvalidInputException(
          "The source %s matches no object under %s%s/%s at %s; %s. Correct the URI, or put the object there"
              .formatted(
                  uri, SCHEME, address.bucket(), folder, settings.endpoint(), glob.nearest(names)));
    }
    files.sort(Comparator.comparing(SourceFile::uri));
    return files;
  }

  @Override
  public List<SourceFile> folder(String uri, Predicate<String> wanted) {
    Address address = Address.of(uri);
    String folder = address.key() + "/";
    List<SourceFile> files = new ArrayList<>();
    for (Item item : items(uri, address.bucket(), folder)) {
      String name = item.objectName().substring(folder.length());
      if (wanted.test(name)) {
        files.add(describe(address.bucket(), item, name));
      }
    }
    files.sort(Comparator.comparing(SourceFile::name));
    return files;
  }

  private List<Item> items(String uri, String bucket, String folder) {
    List<Item> items = new ArrayList<>();
    try {
      for (var result :
          client().listObjects(ListObjectsArgs.builder().bucket(bucket).prefix(folder).build())) {
        Item item = result.get();
        if (!item.isDir()) {
          items.add(item);
        }
      }
    } catch (MinioException e) {
      throw failure(uri, e);
    }
    return items;
  }

  private SourceFile describe(String bucket, Item item, String name) {
    Version version = new Version(bucket, item.objectName(), item.etag(), item.size());
    String uri = SCHEME + bucket + "/" + item.objectName();
    String digest = digests.computeIfAbsent(version, ignored -> digest(uri));
    return new SourceFile(uri, name, item.size(), digest);
  }

  private String digest(String uri) {
    try (InputStream in = stream(uri)) {
      return Sha256.of(in);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(uri), e);
    }
  }

  @Override
  public InputStream open(SourceFile file) {
    return stream(file.uri());
  }

  private InputStream stream(String uri) {
    Address address = Address.of(uri);
    try {
      return client()
          .getObject(
              GetObjectArgs.builder().bucket(address.bucket()).object(address.key()).build());
    } catch (MinioException e) {
      throw failure(uri, e);
    }
  }

  private RuntimeException failure(String uri, MinioException e) {
    if (e instanceof ErrorResponseException response) {
      return new InvalidInputException(
          ("The store at %s refuses the source %s: %s. Check bucket and key, S3_ENDPOINT,"
                  + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
              .formatted(settings.endpoint(), uri, response.errorResponse().code()),
          e);
    }
    return new UncheckedIOException(
        "The store at %s does not answer for %s".formatted(settings.endpoint(), uri),
        new IOException(e));
  }
}
