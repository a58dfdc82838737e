package dev.tatara.trainer.tensor;

import dev.tatara.config.InvalidInputException;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
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

  private CudaSetup() {}

  /**
   * Makes the device that of this thread; no kernel of chance, no narrower numbers than asked for.
   *
   * @return the device's model and the version of CUDA
   */
  static String begin(Hardware hardware, Map<String, String> environment) {
    if (!environment.containsKey(WORKSPACE)) {
      throw new InvalidInputException(
          "%s is not set, so that equal runs would end with unequal weights on CUDA; set it to :4096:8"
              .formatted(WORKSPACE));
    }
    Loader.load(torch_cuda.class);
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
}
