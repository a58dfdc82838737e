package dev.tatara.trainer.tensor;

import static org.bytedeco.pytorch.global.torch.get_cpu_capability;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/**
 * libtorch, loaded and set up. Equal descriptions mean that equal work gives equal bits.
 *
 * @param description version, CUDA device if it computes on one, linear algebra, vector
 *     instructions and threads
 */
public record Engine(String description) {
  private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");

  /**
   * Loads the native libraries, which takes seconds, into {@code TATARA_CACHE}; computes with
   * {@code OMP_NUM_THREADS} threads, 1 if that is not set; on CUDA if {@code TATARA_DEVICE} says so
   * or if there is some.
   *
   * @throws InvalidInputException if there is no such device, or no library that libtorch needs
   */
  public static Engine start(Map<String, String> environment) {
    String cache = environment.get("TATARA_CACHE");
    if (cache != null && System.getProperty("org.bytedeco.javacpp.cachedir") == null) {
      System.setProperty("org.bytedeco.javacpp.cachedir", cache + "/javacpp");
    }
    String algebra =
        load(environment, Path.of(cache == null ? System.getProperty("java.io.tmpdir") : cache));
    int threads = threads(environment.getOrDefault("OMP_NUM_THREADS", "1"));
    set_num_threads(threads);
    try (PointerScope scope = new PointerScope()) {
      return new Engine(
          "torch %s, %s, %s, threads=%d"
              .formatted(version(), algebra, get_cpu_capability().getString(), threads));
    }
  }

  /**
   * One process at a time: ranks that unpack the same libraries at once find them half written, and
   * a rank that falls back to other linear algebra computes other bits.
   *
   * @return what does the linear algebra
   */
  private static String load(Map<String, String> environment, Path cache) {
    try {
      Files.createDirectories(cache);
      try (FileChannel channel =
              FileChannel.open(
                  cache.resolve("javacpp.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        String algebra = useMklIfThere() ? "MKL" : "OpenBLAS";
        loadTorch();
        Hardware hardware =
            Hardware.of(environment, torch.cuda_is_available() ? torch.cuda_device_count() : 0);
        String device = hardware.isCuda() ? CudaSetup.begin(hardware, environment) + ", " : "";
        Hardware.choose(hardware);
        // A device computes its own products.
        boolean oneDnn = MatrixProduct.load(!hardware.isCuda());
        return device + (oneDnn ? "oneDNN and " : "") + algebra;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The native libraries cannot be unpacked below %s: %s".formatted(cache, e.getMessage()),
          e);
    }
  }

  /** libtorch for CUDA names libraries that only an image for CUDA has. */
  private static void loadTorch() {
    try {
      Loader.load(torch.class);
    } catch (UnsatisfiedLinkError e) {
      Throwable reason = e;
      while (reason.getCause() != null) {
        reason = reason.getCause();
      }
      throw new InvalidInputException(
          "libtorch cannot be loaded: %s. If this is the build for CUDA, the image lacks a library that images/trainer/README.md lists under \"On GPUs\"; otherwise take the build for this machine"
              .formatted(reason.getMessage()),
          e);
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

  private static String version() {
    Matcher matcher = VERSION.matcher(torch.show_config().getString());
    return matcher.find() ? matcher.group(1) : "of unknown version";
  }

  private static int threads(String setting) {
    try {
      return Math.max(1, Integer.parseInt(setting));
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
