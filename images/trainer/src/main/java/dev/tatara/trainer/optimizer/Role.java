package dev.tatara.trainer.optimizer;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.model.ParameterLayout;

/** What a parameter tensor is to the optimizer. */
enum Role {
  /** A matrix of a block. */
  MATRIX,
  /** The embedding or the output projection: one row for each token. */
  EMBEDDING,
  /** The weights of a norm. */
  NORM;

  static Role of(ParameterLayout.Slot tensor) {
    if (tensor.shape().size() == 1) {
      return NORM;
    }
    return tensor.name().contains("embed_tokens") || tensor.name().contains("lm_head")
        ? EMBEDDING
        : MATRIX;
  }

  double weightDecay(OptimizerConfig config) {
    return switch (this) {
      case MATRIX -> config.weightDecay();
      case EMBEDDING -> config.decayEmbeddings() ? config.weightDecay() : 0;
      case NORM -> 0;
    };
  }
}
