package dev.tatara.trainer.model;

/** Members of the LLaMA family that differ in where they normalise. */
public enum Family {
  /** Norm before attention and before the MLP. */
  LLAMA("llama", "LlamaForCausalLM"),
  /** Also a norm of each query and key head, before the rotation. */
  QWEN3("qwen3", "Qwen3ForCausalLM"),
  /** Norms after attention and MLP, and of the whole query and key projections. */
  OLMO2("olmo2", "Olmo2ForCausalLM");

  private final String modelType;
  private final String architecture;

  Family(String modelType, String architecture) {
    this.modelType = modelType;
    this.architecture = architecture;
  }

  /** {@code model_type} in {@code config.json}. */
  public String modelType() {
    return modelType;
  }

  /** The entry of {@code architectures} in {@code config.json}. */
  public String architecture() {
    return architecture;
  }
}
