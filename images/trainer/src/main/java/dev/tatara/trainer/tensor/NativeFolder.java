package dev.tatara.trainer.tensor;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;

/**
 * The native libraries of all jars of the class path side by side in one folder, as an image holds
 * them: with {@code TATARA_NATIVES} they are loaded from there, and no rank unpacks anything.
 */
public final class NativeFolder {
  private static final String MKL = "libmkl_rt.so.2";

  /** Bindings of a second OpenBLAS, which nothing of ours loads. */
  private static final String UNUSED = "libjniopenblas_full.so";

  /** As what libtorch and the bindings of OpenBLAS know the library that multiplies. */
  private static final List<String> ALGEBRA =
      List.of("libopenblas.so.0", "libopenblas_nolapack.so.0");

  private NativeFolder() {}

  /**
   * Fills the folder; libraries that lie there are overwritten.
   *
   * @return how many libraries lie there then
   * @throws UncheckedIOException if a jar cannot be read or the folder not written
   * @throws IllegalStateException if two jars hold different libraries of one name
   */
  public static int fill(Path folder) {
    List<Path> jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .map(Path::of)
            .toList();
    return fill(folder, jars, "mkl_rt".equals(System.getProperty("org.bytedeco.openblas.load")));
  }

  static int fill(Path folder, List<Path> jars, boolean mkl) {
    Map<String, Long> checksums = new TreeMap<>();
    try {
      Files.createDirectories(folder);
      for (Path jar : jars) {
        unpack(jar, folder, checksums);
      }
      if (mkl && checksums.containsKey(MKL)) {
        // Copies, as JavaCPP makes them in its cache: layers of an image keep no links.
        for (String name : ALGEBRA) {
          Files.copy(
              folder.resolve(MKL), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
          checksums.put(name, checksums.get(MKL));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The native libraries cannot be laid out in %s: %s".formatted(folder, e.getMessage()), e);
    }
    return checksums.size();
  }

  /** With the extension that some platforms have, such as that of libtorch for CUDA. */
  private static Pattern library() {
    return Pattern.compile(
        "org/bytedeco/.+/%s[^/]*/(lib[^/]+\\.so[.0-9]*)".formatted(Loader.getPlatform()));
  }

  private static void unpack(Path jar, Path folder, Map<String, Long> checksums)
      throws IOException {
    Pattern library = library();
    try (JarFile file = new JarFile(jar.toFile())) {
      for (JarEntry entry : file.stream().toList()) {
        Matcher name = library.matcher(entry.getName());
        if (!name.matches() || name.group(1).equals(UNUSED)) {
          continue;
        }
        Long before = checksums.putIfAbsent(name.group(1), entry.getCrc());
        if (before == null) {
          try (InputStream bytes = file.getInputStream(entry)) {
            Files.copy(bytes, folder.resolve(name.group(1)), StandardCopyOption.REPLACE_EXISTING);
          }
        } else if (before != entry.getCrc()) {
          throw new IllegalStateException(
              "%s holds another %s than a jar before it".formatted(jar, name.group(1)));
        }
      }
    }
  }
}
