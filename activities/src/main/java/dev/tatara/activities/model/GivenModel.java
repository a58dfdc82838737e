package dev.tatara.activities.model;

import dev.tatara.activities.data.Sources;
import dev.tatara.config.run.PipelineSpec;
import java.util.Optional;

/** Looks at the model that a run continues from before anything is done. */
public final class GivenModel {
  private GivenModel() {}

  /**
   * What its configuration says; nothing if the run makes a model of its own.
   *
   * @throws dev.tatara.config.InvalidInputException if a file is missing or too large, or its
   *     tokenizer cannot be used for what the run does
   */
  public static Optional<ModelConfig> checked(PipelineSpec spec, Sources sources) {
    return ModelSource.of(spec, sources).map(model -> checked(spec, model));
  }

  private static ModelConfig checked(PipelineSpec spec, ModelSource model) {
    ModelConfig config = model.config();
    GivenTokenizer tokenizer = model.tokenizer();
    if (spec.sft() != null || spec.dpo() != null) {
      tokenizer.requireChatTokens();
    }
    model.all();
    return config;
  }
}
