package dev.tatara.config.run;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.tatara.config.strict.Range;
import org.jspecify.annotations.Nullable;

/**
 * Loss on documents that are never trained on, measured while training goes on.
 *
 * @param everySteps steps between measurements; a tenth of all steps when left out, 0 for none
 * @param tokens most tokens of each language that are measured
 */
public record ValidationConfig(
    @Range(min = 0) @Nullable Integer everySteps,
    @Range(min = 1) @JsonDeserialize(using = Quantity.class) Long tokens) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final ValidationConfig DEFAULT = new ValidationConfig(null, null);

  public ValidationConfig {
    tokens = tokens == null ? 8192L : tokens;
  }
}
