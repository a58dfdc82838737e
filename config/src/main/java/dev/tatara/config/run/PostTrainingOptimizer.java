package dev.tatara.config.run;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.Json;
import java.io.IOException;

/**
 * Reads the optimizer of {@code sft} and {@code dpo}: what is left out takes the default of that
 * stage, not of pretraining, whose learning rate would undo the base model.
 */
abstract class PostTrainingOptimizer extends JsonDeserializer<OptimizerConfig> {
  static final OptimizerConfig SFT = OptimizerConfig.forPostTraining(1e-3);
  static final OptimizerConfig DPO = OptimizerConfig.forPostTraining(1e-4);

  private final OptimizerConfig defaults;

  private PostTrainingOptimizer(OptimizerConfig defaults) {
    this.defaults = defaults;
  }

  @Override
  public OptimizerConfig deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    JsonNode given = context.readTree(parser);
    ObjectNode merged = Json.MAPPER.valueToTree(defaults);
    given
        .properties()
        .forEach(
            entry -> {
              if (!entry.getValue().isNull()) {
                merged.set(entry.getKey(), entry.getValue());
              }
            });
    return context.readTreeAsValue(merged, OptimizerConfig.class);
  }

  static final class Sft extends PostTrainingOptimizer {
    Sft() {
      super(SFT);
    }
  }

  static final class Dpo extends PostTrainingOptimizer {
    Dpo() {
      super(DPO);
    }
  }
}
