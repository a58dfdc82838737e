package dev.tatara.activities.data;

import dev.tatara.config.InvalidInputException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Predicate;

/** Opens the URIs of a run document: {@code file:}, {@code s3:} and {@code https:}. */
public interface Sources {
  /**
   * The files behind a URI, sorted by URI: one, or those that a {@code *} in the last part matches.
   *
   * @throws InvalidInputException if there is none, with the place that was looked at
   */
  List<SourceFile> list(String uri);

  /**
   * The files right in a folder whose names are wanted, sorted by name; others are not looked at.
   *
   * @param uri of the folder, without a slash at the end
   * @throws InvalidInputException if there is no such folder, or something of a wanted name is no
   *     file of its own
   */
  default List<SourceFile> folder(String uri, Predicate<String> wanted) {
    return list(uri + "/*").stream().filter(file -> wanted.test(file.name())).toList();
  }

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
