package dev.tatara.config.run;

import dev.tatara.config.strict.Nearest;
import dev.tatara.config.strict.Place;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The URIs of a run document: where files of data are. */
final class Locations {
  // A path begins with no, one or three slashes: two would make its first part a host.
  static final String REGEX = "file:(/?[^/](.*[^/])?|///.*[^/])|s3://[^/]+/.+|https://[^/]+/.+";
  static final String RULE = "must be file:PATH, s3://BUCKET/KEY or https://HOST/PATH";

  static final String FOLDER_REGEX =
      "file:(/?[^*/]([^*]*[^*/])?|///[^*]*[^*/])|s3://[^/*]+/[^*]*[^*/]";
  static final String FOLDER_RULE =
      "must be a folder, file:PATH or s3://BUCKET/KEY, with neither a * nor a / at the end";

  private static final String FILE = "file:";
  private static final int MOST_NAMES = 1_000;

  private Locations() {}

  /** A {@code *} stands for a part of the last name, where files can be listed. */
  static void check(Place place, String uri) {
    int star = uri.indexOf('*');
    if (star < 0) {
      return;
    }
    if (uri.startsWith("https:")) {
      place.reject(
          "uri",
          "has a *",
          "must name one file, because a web server does not list its files",
          "write one source per file");
    } else if (star < uri.lastIndexOf('/')) {
      place.reject(
          "uri",
          "has a * before the last /",
          "must have it in the last part only",
          "write one source per folder");
    }
  }

  /** Notes a {@code file:} URI behind which there is no file. */
  static void checkExistence(Place place, String uri, Path workingDirectory) {
    if (!uri.startsWith(FILE)) {
      return;
    }
    try {
      Path path = path(uri, workingDirectory);
      Path folder = path.getParent();
      String name = String.valueOf(path.getFileName());
      if (folder == null || !Files.isDirectory(folder)) {
        place.reject(
            "uri",
            "is " + uri,
            "must name a file in a folder that exists",
            "there is no folder " + folder + "; create it, or correct the path");
      } else if (!exists(folder, name)) {
        place.reject(
            "uri",
            "is " + uri,
            name.contains("*") ? "must match at least one file" : "must name a file",
            remedy(folder, name));
      }
    } catch (IOException e) {
      place.reject(
          "uri", "is " + uri, "must be in a folder that can be read", "allow it (" + e + ")");
    } catch (InvalidPathException e) {
      place.reject("uri", "is " + uri, "must be a path", e.getReason());
    }
  }

  /** Notes a {@code file:} URI behind which there is no folder with a file of this name. */
  static void checkFolder(Place place, String key, String uri, String name, Path workingDirectory) {
    if (!uri.startsWith(FILE)) {
      return;
    }
    try {
      Path folder = path(uri, workingDirectory);
      if (!Files.isRegularFile(folder.resolve(name))) {
        place.reject(
            key,
            "is " + uri,
            "must name a folder with a " + name,
            Files.isDirectory(folder)
                ? "put the file into %s, or correct the path".formatted(folder)
                : "there is no folder %s; create it, or correct the path".formatted(folder));
      }
    } catch (InvalidPathException e) {
      place.reject(key, "is " + uri, "must be a path", e.getReason());
    }
  }

  /**
   * {@code file:a} is relative to the working directory; {@code file:/a}, {@code file:///a} not.
   */
  private static Path path(String uri, Path workingDirectory) {
    String path = uri.substring(FILE.length());
    return workingDirectory
        .toAbsolutePath()
        .resolve(path.startsWith("///") ? path.substring(2) : path)
        .normalize();
  }

  private static boolean exists(Path folder, String name) throws IOException {
    if (!name.contains("*")) {
      return Files.isRegularFile(folder.resolve(name));
    }
    String glob = name.replaceAll("([\\\\?\\[\\]{}])", "\\\\$1");
    try (DirectoryStream<Path> matches = Files.newDirectoryStream(folder, glob)) {
      for (Path match : matches) {
        if (Files.isRegularFile(match)) {
          return true;
        }
      }
      return false;
    }
  }

  private static String remedy(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files.limit(MOST_NAMES).map(file -> file.getFileName().toString()).sorted().toList();
      return Nearest.to(name, names)
          .map(nearest -> "did you mean " + nearest + "?")
          .orElse("put the file into " + folder + ", or correct the path");
    }
  }
}
