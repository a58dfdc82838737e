package dev.tatara.trainer.tensor;

import dev.tatara.config.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * A CUDA device, made ready to give equal bits for equal work. Its classes are loaded only where
 * there is one.
 */
final class CudaSetup {
  /** Without it cuBLAS may choose another order of sums in each call. */
  private static final String WORKSPACE = "CUBLAS_WORKSPACE_CONFIG";

  /** The two settings that NVIDIA's documentation of cuBLAS calls deterministic. */
  private static final Set<String> DETERMINISTIC = Set.of(":4096:8", ":16:8");

  /** What libtorch does about a lost peer by itself is to end the process. */
  private static final List<String> ENDING_THE_PROCESS =
      List.of("TORCH_NCCL_ASYNC_ERROR_HANDLING", "TORCH_NCCL_ENABLE_MONITORING");

  private CudaSetup() {}

  /**
   * Makes the device that of this thread; no kernel of chance, no narrower numbers than asked for.
   *
   * @return the device's model and the version of CUDA
   */
  static String begin(Hardware hardware, Map<String, String> environment) {
    check(environment);
    torch_cuda.set_device((byte) hardware.device());
    Context context = torch.globalContext();
    context.setDeterministicAlgorithms(true, false);
    context.setDeterministicFillUninitializedMemory(false);
    context.setAllowTF32CuBLAS(false);
    return "%s with CUDA %d"
        .formatted(
            torch_cuda.getDeviceProperties((byte) hardware.device()).name().getString(),
            torch.getCUDAHooks().versionCUDART());
  }

  /**
   * These are read by native code, so that a process cannot set them for itself.
   *
   * @throws InvalidInputException if one is not as it must be
   */
  static void check(Map<String, String> environment) {
    if (!DETERMINISTIC.contains(environment.getOrDefault(WORKSPACE, ""))) {
      throw new InvalidInputException(
          "%s is \"%s\", so that equal runs would end with unequal weights on CUDA; set it to :4096:8"
              .formatted(WORKSPACE, environment.getOrDefault(WORKSPACE, "")));
    }
    if (environment.getOrDefault("WORLD_SIZE", "1").equals("1")) {
      return;
    }
    for (String variable : ENDING_THE_PROCESS) {
      if (!"0".equals(environment.get(variable))) {
        throw new InvalidInputException(
            "%s is \"%s\", so that libtorch would end this process when a peer is lost; set it to 0"
                .formatted(variable, environment.getOrDefault(variable, "")));
      }
    }
  }
}
