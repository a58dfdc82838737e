package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tatara.config.strict.Range;
import org.jspecify.annotations.Nullable;

/**
 * How the work is done. Decides speed and memory, and weights only as far as rounding goes.
 *
 * @param zero what is sharded over the ranks (ZeRO, Rajbhandari et al., arXiv 1910.02054): 1 the
 *     optimizer state, 2 also the gradients, 3 also the parameters
 * @param activationCheckpointing keep only the input of each block and compute the rest again on
 *     the way back: less memory for a third more work
 * @param precision of the computation; parameters and optimizer state are always 32-bit floats
 * @param peakFlops floating-point operations per second of one rank at its best, for the model FLOP
 *     utilisation; not reported when left out
 */
public record ExecutionConfig(
    @Range(min = 1, max = 3) Integer zero,
    Boolean activationCheckpointing,
    Precision precision,
    @Range(above = 0) @Nullable Double peakFlops) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final ExecutionConfig DEFAULT = new ExecutionConfig(null, null, null, null);

  public ExecutionConfig {
    zero = zero == null ? 1 : zero;
    activationCheckpointing = activationCheckpointing != null && activationCheckpointing;
    precision = precision == null ? Precision.FP32 : precision;
  }

  /** Numbers that are computed with. */
  public enum Precision {
    /** 32-bit floats throughout. */
    @JsonProperty("fp32")
    FP32,
    /** bfloat16 for matrix products; meant for GPUs, slow on processors. */
    @JsonProperty("bf16")
    BF16
  }
}
