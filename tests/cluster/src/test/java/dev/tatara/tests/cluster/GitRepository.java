package dev.tatara.tests.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A bare repository on disk, as Argo CD watches it, and a checkout from which is pushed. */
final class GitRepository {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path bare;
  private final Path checkout;

  private GitRepository(Path bare, Path checkout) {
    this.bare = bare;
    this.checkout = checkout;
  }

  /** An empty one below this folder. */
  static GitRepository init(Path folder) throws IOException, InterruptedException {
    Path bare = folder.resolve("repository.git");
    Path checkout = folder.resolve("checkout");
    run(List.of("git", "init", "--quiet", "--bare", "--initial-branch=main", bare.toString()));
    run(List.of("git", "clone", "--quiet", bare.toString(), checkout.toString()));
    return new GitRepository(bare, checkout);
  }

  String url() {
    return bare.toUri().toString().replaceFirst("^file:/+", "file:///").replaceFirst("/$", "");
  }

  void write(String path, String text) throws IOException {
    Path file = checkout.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  void delete(String path) throws IOException {
    Files.delete(checkout.resolve(path));
  }

  /** All files of a folder, under the same path. */
  void copy(Path root, String folder) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(folder))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        write(root.relativize(file).toString(), Files.readString(file));
      }
    }
  }

  /**
   * Commits everything and pushes.
   *
   * @return the revision
   */
  String push(String message) throws IOException, InterruptedException {
    git("add", "--all");
    git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-q", "-m", message);
    git("push", "--quiet", "origin", "HEAD:main");
    return git("rev-parse", "HEAD").strip();
  }

  private String git(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-C", checkout.toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    return Tool.run(Map.of("GIT_CONFIG_NOSYSTEM", "1"), LIMIT, command);
  }
}
