package dev.tatara.trainer.tensor;

import static org.bytedeco.pytorch.global.torch.get_cpu_capability;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libtorch, loaded and set up. Equal descriptions mean that equal work gives equal bits.
 *
 * @param description version, CUDA device if it computes on one, linear algebra, vector
 *     instructions and threads
 */
public record Engine(String description) {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");

  /**
   * Loads the native libraries, which takes seconds, into {@code TATARA_CACHE}; computes with
   * {@code OMP_NUM_THREADS} threads, 1 if that is not set; on CUDA if {@code TATARA_DEVICE} says so
   * or if there is some.
   *
   * @throws dev.tatara.config.InvalidInputException if there is no such device, or no library that
   *     libtorch needs
   */
  public static Engine start(Map<String, String> environment) {
    NativeLibraries libraries = NativeLibraries.load(environment);
    Hardware hardware = Hardware.of(environment, libraries.devices());
    String device = hardware.isCuda() ? CudaSetup.begin(hardware, environment) + ", " : "";
    Hardware.choose(hardware);
    boolean oneDnn = libraries.oneDnn() && !hardware.isCuda();
    MatrixProduct.byOneDnn(oneDnn);
    String algebra =
        device + (oneDnn ? "oneDNN and " : "") + (libraries.mkl() ? "MKL" : "OpenBLAS");
    int threads = threads(environment.getOrDefault("OMP_NUM_THREADS", "1"));
    set_num_threads(threads);
    try (PointerScope scope = new PointerScope()) {
      return new Engine(
          "torch %s, %s, %s, threads=%d"
              .formatted(version(), algebra, get_cpu_capability().getString(), threads));
    }
  }

  /**
   * Begins to load the native libraries in a thread of its own, so that a starting rank talks to
   * the store meanwhile. What goes wrong is told by {@link #start}, which tries again.
   */
  public static void loadBeside(Map<String, String> environment) {
    Thread thread = new Thread(() -> NativeLibraries.load(environment), "native-libraries");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((failed, e) -> LOG.debug("not loaded beside", e));
    thread.start();
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
