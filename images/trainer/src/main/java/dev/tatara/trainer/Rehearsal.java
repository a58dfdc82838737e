package dev.tatara.trainer;

import dev.tatara.config.Json;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.TaskProgress;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code rehearse}: loads the classes that every rank loads when it starts, and ends. The build
 * runs it with {@code -XX:ArchiveClassesAtExit}, so that a rank that replaces a dead one finds them
 * ready (class data sharing, JEP 350). libtorch's bindings alone are 1,700, all of which its native
 * code asks for.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final List<String> PACKAGES = List.of("org/bytedeco/", "dev/tatara/");
  private static final String CLASS = ".class";

  private Rehearsal() {}

  static int run() {
    List<String> jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(jar -> jar.endsWith(".jar"))
            .toList();
    long loaded = jars.stream().flatMap(Rehearsal::classes).filter(Rehearsal::isLoaded).count();
    TaskProgress word = new TaskProgress(1, 0, 1, "steps", 0, Phase.STARTING.word(), null, 0);
    Json.read(Json.bytes(word), TaskProgress.class);
    talkToNobody();
    LOG.info("rehearsed classes={}", loaded);
    return ExitCode.DONE;
  }

  private static Stream<String> classes(String jar) {
    try (JarFile file = new JarFile(jar)) {
      return file.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(CLASS) && PACKAGES.stream().anyMatch(name::startsWith))
          .map(name -> name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(jar), e);
    }
  }

  /** Not initialised: that would load native code. */
  private static boolean isLoaded(String name) {
    try {
      Class.forName(name, false, Rehearsal.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      LOG.debug("{} mentions a library that is not there", name, e);
      return false;
    }
  }

  /** Nobody answers at port 1 of this machine; the store's client is loaded all the same. */
  private static void talkToNobody() {
    try {
      StoreConnection.open(
          Map.of(
              "S3_ENDPOINT", "http://127.0.0.1:1",
              "AWS_ACCESS_KEY_ID", "rehearsal",
              "AWS_SECRET_ACCESS_KEY", "rehearsal"));
    } catch (StoreConnection.Lost e) {
      LOG.debug("as expected: {}", e.getMessage());
    }
  }
}
