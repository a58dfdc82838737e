package dev.tatara.evaluator.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import dev.tatara.config.InvalidInputException;
import java.nio.file.Path;
import java.util.Map;

/** DJL's PyTorch engine on the CPU, loaded from the class path and never from the network. */
public final class TorchRuntime {
  private static final String ENGINE = "PyTorch";

  private TorchRuntime() {}

  /** Where native libraries are unpacked: {@code TATARA_CACHE}, else a folder of the user. */
  public static Path cache(Map<String, String> environment) {
    String cache = environment.get("TATARA_CACHE");
    return cache == null || cache.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache", "tatara")
        : Path.of(cache);
  }

  /**
   * Makes DJL's libraries unpack below {@code cache}, stay offline and report to nobody. Call it
   * before anything else of DJL; its classes read these properties once.
   */
  public static void prepare(Path cache) {
    String folder = cache.resolve("djl").toAbsolutePath().toString();
    System.setProperty("DJL_CACHE_DIR", folder);
    System.setProperty("ENGINE_CACHE_DIR", folder);
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  /**
   * A manager of native memory; closing it frees everything made below it.
   *
   * @throws InvalidInputException if the native libraries do not load on this machine
   */
  public static NDManager newManager() {
    try {
      Engine.getEngine(ENGINE);
      return NDManager.newBaseManager(Device.cpu(), ENGINE);
    } catch (EngineException | UnsatisfiedLinkError e) {
      throw new InvalidInputException(
          "PyTorch's native libraries do not load on %s %s (%s); use Linux on x86-64 or macOS on Apple silicon, and check that %s can be written and has 1 GB left"
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  e.getMessage(),
                  System.getProperty("ENGINE_CACHE_DIR")),
          e);
    }
  }
}
