package dev.tatara.trainer.model;

import dev.tatara.config.InvalidInputException;
import java.util.Arrays;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Numbers that weights are stored as. Both narrow kinds fit a 32-bit float, there and back. */
public enum WeightType {
  F32("float32", ScalarType.Float),
  BF16("bfloat16", ScalarType.BFloat16),
  F16("float16", ScalarType.Half);

  private final String configName;
  private final ScalarType engineType;

  WeightType(String configName, ScalarType engineType) {
    this.configName = configName;
    this.engineType = engineType;
  }

  /**
   * By its name in a safetensors header.
   *
   * @param where named in errors
   */
  static WeightType of(String dtype, String where) {
    return Arrays.stream(values())
        .filter(type -> type.name().equals(dtype))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s has dtype %s; convert it to F32, BF16 or F16".formatted(where, dtype)));
  }

  /** {@code dtype} in {@code config.json}. */
  public String configName() {
    return configName;
  }

  ScalarType engineType() {
    return engineType;
  }
}
