package dev.tatara.activities.data;

import dev.tatara.config.InvalidInputException;
import java.io.InputStream;
import java.util.List;

/** Opens the URIs of a run document: {@code file:}, {@code s3:} and {@code https:}. */
public interface Sources {
  /**
   * The files behind a URI, sorted by URI: one, or those that a {@code *} in the last part matches.
   *
   * @throws InvalidInputException if there is none, with the place that was looked at
   */
  List<SourceFile> list(String uri);

  /** A stream over the bytes as they are stored (not unpacked); close it. */
  InputStream open(SourceFile file);

  /**
   * @param uri full URI
   * @param name last part, for example {@code web-docs-00.warc.gz}
   * @param size bytes
   * @param digest SHA-256 of the bytes, lower-case hex
   */
  record SourceFile(String uri, String name, long size, String digest) {}
}
