package dev.tatara.activities.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.activities.data.Sources.SourceFile;
import dev.tatara.config.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The files of the sources of chats or pairs, listed once: what is digested is what is read. */
public final class RowSources {
  private final Sources sources;
  private final List<Source> listed = new ArrayList<>();

  public RowSources(Sources sources) {
    this.sources = sources;
  }

  private record Source(
      String name, Object format, String license, long most, List<SourceFile> files) {}

  /** What decides the rows of a source: not where it lies. */
  private record Content(
      String name, Object format, String license, long most, List<String> digests) {}

  /**
   * Lists the files of a source.
   *
   * @param limit first rows to use; all if null
   * @throws dev.tatara.config.InvalidInputException if there is no file
   */
  public void add(String name, String uri, Object format, String license, @Nullable Integer limit) {
    long most = limit == null ? Long.MAX_VALUE : limit;
    listed.add(new Source(name, format, license, most, sources.list(uri)));
  }

  /** Digests of all that decides the rows; part of the fingerprint. */
  public List<String> externalDigests() {
    return listed.stream()
        .map(
            source ->
                Json.digest(
                    new Content(
                        source.name(),
                        source.format(),
                        source.license(),
                        source.most(),
                        source.files().stream().map(SourceFile::digest).toList())))
        .toList();
  }

  /** Hands on the rows of the source with this position, in the order of files and lines. */
  public void read(int source, AccountBook book, Consumer<ObjectNode> rows) {
    Source from = listed.get(source);
    long left = from.most();
    for (SourceFile file : from.files()) {
      left -=
          JsonRecords.read(
              sources,
              file,
              left,
              row -> {
                if (row.object() == null) {
                  book.drop(from.name(), "malformed", 0);
                } else {
                  rows.accept(row.object());
                }
              });
    }
  }
}
