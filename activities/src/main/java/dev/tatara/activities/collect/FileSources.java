package dev.tatara.activities.collect;

import dev.tatara.activities.data.Sources;
import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Files of this machine: {@code file:PATH}, relative to a directory unless the path is absolute.
 */
final class FileSources implements Sources {
  private static final String SCHEME = "file:";

  private final Path base;

  /** Each shard's work lists its source again; unchanged files are read for their digest once. */
  private final Map<Version, String> digests = new ConcurrentHashMap<>();

  private record Version(Path path, long size, long modifiedMillis) {}

  FileSources(Path base) {
    this.base = base;
  }

  @Override
  public List<SourceFile> list(String uri) {
    String path = path(uri);
    int slash = path.lastIndexOf('/');
    String directory = path.substring(0, slash + 1);
    Glob glob = new Glob(path.substring(slash + 1));
    Path folder = base.resolve(directory).normalize();
    List<String> names = names(uri, folder, Files::isRegularFile);
    List<SourceFile> files = new ArrayList<>();
    for (String name : names) {
      if (glob.matches(name)) {
        files.add(describe(SCHEME + directory + name, folder.resolve(name)));
      }
    }
    if (files.isEmpty()) {
      throw new InvalidInputException(
          "The source %s matches no file in %s; %s. Correct the path, or put the file there"
              .formatted(uri, folder.toAbsolutePath(), glob.nearest(names)));
    }
    return files;
  }

  /** Links are refused: a folder from elsewhere must not bring in files of this machine. */
  @Override
  public List<SourceFile> folder(String uri, Predicate<String> wanted) {
    Path folder = base.resolve(path(uri)).normalize();
    List<SourceFile> files = new ArrayList<>();
    for (String name : names(uri, folder, entry -> wanted.test(entry.getFileName().toString()))) {
      Path file = folder.resolve(name);
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new InvalidInputException(
            "%s is a link or a folder, but must be a file of its own. Copy the folder with its files, for example with cp -rL, and name the copy"
                .formatted(file.toAbsolutePath()));
      }
      files.add(describe(uri + "/" + name, file));
    }
    return files;
  }

  /** {@code file:a}, {@code file:/a} and {@code file:///a} are in use. */
  private static String path(String uri) {
    String path = uri.substring(SCHEME.length());
    return path.startsWith("///") ? path.substring(2) : path;
  }

  private static List<String> names(String uri, Path folder, Predicate<Path> wanted) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "The source %s lies in %s, which is not a directory. Correct the path; a relative one starts at the directory that tatara runs in"
              .formatted(uri, folder.toAbsolutePath()));
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(wanted).map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s cannot be listed: %s. Make it readable".formatted(folder, e), e);
    }
  }

  private SourceFile describe(String uri, Path file) {
    try {
      Version version =
          new Version(file, Files.size(file), Files.getLastModifiedTime(file).toMillis());
      String digest = digests.computeIfAbsent(version, FileSources::digest);
      return new SourceFile(uri, file.getFileName().toString(), version.size(), digest);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String digest(Version version) {
    try (InputStream in = Files.newInputStream(version.path())) {
      return Sha256.of(in);
    } catch (IOException e) {
      throw unreadable(version.path(), e);
    }
  }

  @Override
  public InputStream open(SourceFile file) {
    Path path = base.resolve(path(file.uri())).normalize();
    try {
      return Files.newInputStream(path);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static RuntimeException unreadable(Path file, IOException e) {
    return e instanceof java.nio.file.FileSystemException
        ? new InvalidInputException("%s cannot be read: %s. Make it readable".formatted(file, e), e)
        : new UncheckedIOException(e);
  }
}
