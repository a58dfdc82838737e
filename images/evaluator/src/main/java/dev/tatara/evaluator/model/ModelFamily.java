package dev.tatara.evaluator.model;

import dev.tatara.config.InvalidInputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Architectures that can be run; the lower-case name is {@code model_type} in config.json. */
enum ModelFamily {
  /** Norm before attention and MLP (Touvron et al. 2023, arXiv:2302.13971). */
  LLAMA,
  /** As LLaMA, with an RMSNorm on each head's query and key before RoPE (arXiv:2505.09388). */
  QWEN3,
  /** Norms after attention and MLP, and on the whole query and key (arXiv:2501.00656). */
  OLMO2;

  static ModelFamily ofWord(String word, String file) {
    return Arrays.stream(values())
        .filter(family -> family.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s: model_type is \"%s\"; models of type %s can be run"
                        .formatted(
                            file,
                            word,
                            Arrays.stream(values())
                                .map(family -> family.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")))));
  }
}
