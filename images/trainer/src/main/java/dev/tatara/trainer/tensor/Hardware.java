package dev.tatara.trainer.tensor;

import dev.tatara.config.InvalidInputException;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/**
 * What this process computes with: the processor, or one CUDA device. Chosen once, when the engine
 * starts.
 *
 * @param device number of the CUDA device; {@link #NO_DEVICE} for the processor
 */
public record Hardware(int device) {
  /** Asks for {@code cpu} or {@code cuda}; without it, CUDA is taken where there is some. */
  static final String VARIABLE = "TATARA_DEVICE";

  private static final int NO_DEVICE = -1;

  /** The processor. */
  static final Hardware CPU = new Hardware(NO_DEVICE);

  private static volatile Hardware chosen = CPU;

  /** What was chosen; the processor before that. */
  public static Hardware chosen() {
    return chosen;
  }

  static void choose(Hardware hardware) {
    chosen = hardware;
  }

  /**
   * What the environment asks for: {@code TATARA_DEVICE}, and {@code LOCAL_RANK} for the number of
   * the device.
   *
   * @param devices CUDA devices that libtorch sees
   * @throws InvalidInputException if it asks for what is not there
   */
  static Hardware of(Map<String, String> environment, int devices) {
    String wanted = environment.getOrDefault(VARIABLE, devices > 0 ? "cuda" : "cpu");
    if (wanted.equals("cpu")) {
      return CPU;
    }
    if (!wanted.equals("cuda")) {
      throw new InvalidInputException(
          "%s is \"%s\"; set it to cpu or cuda, or leave it out".formatted(VARIABLE, wanted));
    }
    if (devices == 0) {
      throw new InvalidInputException(
          "%s is cuda, but libtorch finds no CUDA device; use the image for CUDA on a machine with a driver and a GPU, or set it to cpu"
              .formatted(VARIABLE));
    }
    int number = localRank(environment.getOrDefault("LOCAL_RANK", "0"));
    if (number >= devices) {
      throw new InvalidInputException(
          "LOCAL_RANK is %d, but libtorch finds %d CUDA devices; start one rank for each device, or set %s to cpu"
              .formatted(number, devices, VARIABLE));
    }
    return new Hardware(number);
  }

  private static int localRank(String value) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number below zero is.
    }
    throw new InvalidInputException(
        "LOCAL_RANK is \"%s\"; set it to the number of this rank on its machine, for example 0"
            .formatted(value));
  }

  /** Whether it is a CUDA device. */
  public boolean isCuda() {
    return device != NO_DEVICE;
  }

  /**
   * Requires all ranks of a gang to compute with the same.
   *
   * @param onCuda how many of them do on CUDA
   * @param ranks how many there are
   * @throws InvalidInputException if some do and others do not
   */
  public void requireSame(int onCuda, int ranks) {
    if (onCuda != 0 && onCuda != ranks) {
      throw new InvalidInputException(
          "%d of %d ranks compute on CUDA devices and the others on processors (this one on %s); give all ranks a GPU, or set %s to cpu for all"
              .formatted(
                  onCuda, ranks, isCuda() ? "CUDA device " + device : "the processor", VARIABLE));
    }
  }

  /** Returns when all that was asked of it is computed; the processor is always done. */
  public void await() {
    if (isCuda()) {
      torch.cuda_synchronize(device);
    }
  }
}
