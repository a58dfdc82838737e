package dev.tatara.activities.collect;

import dev.tatara.activities.data.Sources;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files of web servers, kept in a cache so that the digest and what is read later agree. A server
 * is asked once in the life of this object whether the kept copy is still its newest.
 */
final class WebSources implements Sources {
  private final Path cache;
  private final Download download;
  private final Map<String, SourceFile> listed = new ConcurrentHashMap<>();

  WebSources(Path cache, AddressPolicy policy) {
    this(cache, new Download(policy, Download.Limits.DEFAULT));
  }

  WebSources(Path cache, Download download) {
    this.cache = cache;
    this.download = download;
  }

  @Override
  public List<SourceFile> list(String uri) {
    if (uri.indexOf('*') >= 0) {
      throw new InvalidInputException(
          "The source %s has a *, but web servers do not list files; give one source per file"
              .formatted(uri));
    }
    return List.of(listed.computeIfAbsent(uri, this::fetch));
  }

  private SourceFile fetch(String uri) {
    try {
      URI address = URI.create(uri);
      Path file = cached(uri);
      Files.createDirectories(file.getParent());
      download.refresh(address, file);
      try (InputStream in = Files.newInputStream(file)) {
        return new SourceFile(uri, name(address), Files.size(file), Sha256.of(in));
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "The source \"%s\" is not a URI: %s".formatted(uri, e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be fetched: %s. If this lasts, check the network and the host"
              .formatted(uri, e.getMessage()),
          e);
    }
  }

  private static String name(URI uri) {
    String path = uri.getPath() == null ? "" : uri.getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Path cached(String uri) {
    return cache.resolve("web").resolve(Json.sha256(uri.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public InputStream open(SourceFile file) {
    try {
      return Files.newInputStream(cached(file.uri()));
    } catch (IOException e) {
      throw new UncheckedIOException("The cached copy of %s is gone".formatted(file.uri()), e);
    }
  }
}
