package dev.tatara.trainer.model;

import dev.tatara.trainer.tensor.HostMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.Random;

/**
 * Fresh weights: normal with deviation 0.02, projections into the residual stream scaled by 1/√(2
 * layers) (GPT-2, Radford et al. 2019, section 2.3), norms 1.
 *
 * <p>The numbers come from {@link Random}, whose sequence the Java specification fixes, and depend
 * on seed and name only: the same on every rank, machine and engine.
 */
public final class Initialization {
  static final double STANDARD_DEVIATION = 0.02;

  private Initialization() {}

  /** Fills all parameters. */
  public static void fill(Parameters parameters, HuggingFaceConfig config, long seed) {
    double residual = STANDARD_DEVIATION / Math.sqrt(2.0 * config.layers());
    for (ParameterLayout.Slot slot : parameters.layout().tensors()) {
      boolean norm = slot.shape().size() == 1;
      boolean intoResidual =
          slot.name().endsWith("o_proj.weight") || slot.name().endsWith("down_proj.weight");
      fill(parameters, slot, norm ? 0 : intoResidual ? residual : STANDARD_DEVIATION, seed);
    }
  }

  private static void fill(
      Parameters parameters, ParameterLayout.Slot slot, double deviation, long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L + slot.name().hashCode());
    try {
      parameters.fill(
          slot,
          elements ->
              HostMemory.of(elements)
                  .forEachPiece(
                      (offset, piece) -> {
                        FloatBuffer floats = piece.asFloatBuffer();
                        while (floats.hasRemaining()) {
                          floats.put(
                              deviation == 0 ? 1f : (float) (random.nextGaussian() * deviation));
                        }
                      }));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
