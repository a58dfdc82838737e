package dev.tatara.activities.data;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sources with the files that a test gives. */
public final class GivenFiles implements Sources {
  private final SortedMap<String, byte[]> files = new TreeMap<>();

  /** A file with this text. */
  public GivenFiles with(String uri, String text) {
    return with(uri, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A file with these bytes. */
  public GivenFiles with(String uri, byte[] bytes) {
    files.put(uri, bytes);
    return this;
  }

  /** A file of the shipped corpus, under the URI {@code file:<name>}. */
  public GivenFiles withShipped(String name) {
    String home = Objects.requireNonNull(System.getProperty("tatara.home"));
    try {
      return with("file:" + name, Files.readAllBytes(Path.of(home, "config/corpus", name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<SourceFile> list(String uri) {
    byte[] bytes = files.get(uri);
    if (bytes == null) {
      throw new InvalidInputException("there is no " + uri);
    }
    String name = uri.substring(Math.max(uri.lastIndexOf('/'), uri.lastIndexOf(':')) + 1);
    return List.of(new SourceFile(uri, name, bytes.length, Json.sha256(bytes)));
  }

  @Override
  public InputStream open(SourceFile file) {
    return new ByteArrayInputStream(Objects.requireNonNull(files.get(file.uri())));
  }
}
