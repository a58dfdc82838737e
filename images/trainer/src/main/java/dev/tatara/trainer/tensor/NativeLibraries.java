package dev.tatara.trainer.tensor;

import dev.tatara.config.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.global.torch_nccl;
import org.jspecify.annotations.Nullable;

/**
 * libtorch and what multiplies for it: unpacked once per cache, or lying ready in an image ({@link
 * NativeFolder}); loaded once per process.
 *
 * @param mkl libtorch multiplies by MKL, else by OpenBLAS
 * @param oneDnn oneDNN is there
 * @param devices CUDA devices that libtorch sees; 0 if it is not the one for CUDA
 */
record NativeLibraries(boolean mkl, boolean oneDnn, int devices) {
  private static @Nullable NativeLibraries loaded;

  /** A class that could not be initialised tells the reason only once. */
  private static @Nullable InvalidInputException missing;

  /**
   * Loads them, or waits for whoever does.
   *
   * @param environment {@code TATARA_NATIVES}: where they lie ready; else {@code TATARA_CACHE}:
   *     where they are unpacked
   * @throws UncheckedIOException if they cannot be unpacked
   * @throws InvalidInputException if libtorch needs a library that is not there
   */
  static synchronized NativeLibraries load(Map<String, String> environment) {
    NativeLibraries known = loaded;
    if (known == null) {
      String ready = environment.get("TATARA_NATIVES");
      known = ready == null || ready.isBlank() ? unpack(cache(environment)) : use(Path.of(ready));
      loaded = known;
    }
    return known;
  }

  /** Nothing is searched in jars, locked or written, so the folder may be read-only. */
  static NativeLibraries use(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          "TATARA_NATIVES is %s, but there is no such folder; fill it with the trainer's command natives, or unset it"
              .formatted(folder));
    }
    // JavaCPP reads the first two when its class Loader is initialised.
    System.setProperty("org.bytedeco.javacpp.pathsFirst", "true");
    System.setProperty("org.bytedeco.javacpp.cacheLibraries", "false");
    String others = System.getProperty("java.library.path", "");
    System.setProperty(
        "java.library.path", others.isEmpty() ? "" + folder : folder + File.pathSeparator + others);
    return loadAll();
  }

  private static Path cache(Map<String, String> environment) {
    String cache = environment.get("TATARA_CACHE");
    if (cache == null) {
      return Path.of(System.getProperty("java.io.tmpdir"));
    }
    if (System.getProperty("org.bytedeco.javacpp.cachedir") == null) {
      System.setProperty("org.bytedeco.javacpp.cachedir", cache + "/javacpp");
    }
    return Path.of(cache);
  }

  /**
   * The first process of a cache unpacks alone: ranks that do so at once find libraries half
   * written, and a rank that falls back to other linear algebra computes other bits. From then on
   * they load side by side.
   */
  private static NativeLibraries unpack(Path cache) {
    try {
      Files.createDirectories(cache);
      Path whole = Loader.getCacheDir().toPath().resolve(jars() + ".whole");
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve("javacpp.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock(0, Long.MAX_VALUE, Files.exists(whole))) {
        NativeLibraries libraries = loadAll();
        if (!lock.isShared()) {
          mark(whole);
        }
        return libraries;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The native libraries cannot be unpacked below %s: %s".formatted(cache, e.getMessage()),
          e);
    }
  }

  private static NativeLibraries loadAll() {
    boolean mkl = useMklIfThere();
    require(torch.class);
    boolean oneDnn = hasOneDnn();
    int devices = torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    if (devices > 0) {
      require(torch_cuda.class);
      require(torch_nccl.class);
    }
    return new NativeLibraries(mkl, oneDnn, devices);
  }

  /** libtorch for CUDA names libraries that only an image for CUDA has. */
  private static void require(Class<?> bindings) {
    if (missing != null) {
      throw missing;
    }
    try {
      Loader.load(bindings);
    } catch (UnsatisfiedLinkError e) {
      Throwable reason = e;
      while (reason.getCause() != null) {
        reason = reason.getCause();
      }
      missing =
          new InvalidInputException(
              "libtorch cannot be loaded: %s. If this is the build for CUDA, the image lacks a library that images/trainer/README.md lists under \"On GPUs\"; otherwise take the build for this machine"
                  .formatted(reason.getMessage()),
              e);
      throw missing;
    }
  }

  /** Other jars, such as those for CUDA, have other libraries to unpack. */
  private static String jars() {
    return "jars-%08x".formatted(System.getProperty("java.class.path").hashCode());
  }

  private static void mark(Path whole) throws IOException {
    try {
      Files.createFile(whole);
    } catch (FileAlreadyExistsException e) {
      // Another process has waited for the lock and done the same.
    }
  }

  /** MKL is up to ten times as fast on small matrices, but there is none for every platform. */
  private static boolean useMklIfThere() {
    String property = "org.bytedeco.openblas.load";
    if (!"mkl_rt".equals(System.getProperty(property))) {
      return false;
    }
    try {
      Loader.load(Class.forName("org.bytedeco.mkl.global.mkl_rt"));
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      System.clearProperty(property);
      return false;
    }
  }

  private static boolean hasOneDnn() {
    try {
      Loader.load(dnnl.class);
      return true;
    } catch (LinkageError e) {
      return false;
    }
  }
}
