package dev.tatara.activities.data;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files in memory: each URI is one. */
public final class MemorySources implements Sources {
  private final Map<String, byte[]> files = new TreeMap<>();

  /** Adds a file, or replaces it. */
  public MemorySources with(String uri, byte[] bytes) {
    files.put(uri, bytes);
    return this;
  }

  /** Adds a text file, or replaces it. */
  public MemorySources with(String uri, String text) {
    return with(uri, text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public List<SourceFile> list(String uri) {
    byte[] bytes = files.get(uri);
    if (bytes == null) {
      throw new InvalidInputException("there is no " + uri);
    }
    String name = uri.substring(uri.lastIndexOf('/') + 1);
    return List.of(new SourceFile(uri, name, bytes.length, Json.sha256(bytes)));
  }

  @Override
  public InputStream open(SourceFile file) {
    return new ByteArrayInputStream(files.getOrDefault(file.uri(), new byte[0]));
  }
}
