package dev.tatara.k8s;

import dev.tatara.config.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that can be started as a child process.
 *
 * @param options options of the Java virtual machine; they come before the class path
 */
public record Program(List<String> options, String classPath, String mainClass) {
  public Program {
    options = List.copyOf(options);
  }

  /**
   * The program of an image, as the build lays it out below the checkout.
   *
   * @throws InvalidInputException if it is not built
   */
  public static Program installed(Path home, Gang.Image image) {
    String name = image.word();
    Path module = home.resolve("images").resolve(name);
    Path lib = module.resolve("target/app/lib");
    if (!Files.isDirectory(lib)) {
      throw new InvalidInputException(
          "%s is not there: the %s is not built. Start through ./tatara, which builds it, or type mvn -DskipTests package"
              .formatted(lib, name));
    }
    return new Program(options(module), lib + "/*", "dev.tatara.%s.Main".formatted(name));
  }

  private static List<String> options(Path module) {
    List<String> options = new ArrayList<>();
    options.add("@" + module.resolve("jvm.options"));
    Path classes = module.resolve("target/app/classes.jsa");
    if (Files.isRegularFile(classes)) {
      // Another JVM, or jars that were moved: then it is not used, and nothing is to be said of it.
      options.addAll(List.of("-XX:SharedArchiveFile=" + classes, "-Xlog:cds=off,cds+dynamic=off"));
    }
    return options;
  }
}
