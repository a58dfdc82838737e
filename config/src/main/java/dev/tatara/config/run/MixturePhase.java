package dev.tatara.config.run;

import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Weights of sources or languages over one stretch of pretraining.
 *
 * @param until end of the stretch as a share of all steps, for example {@code 80%}; the last phase
 *     ends at {@code 100%}
 * @param weights share of samples by source, or else by language, spread over what it has in
 *     proportion to the tokens; need not add up to 1
 */
public record MixturePhase(
    @Matches(
            regex = "(100|[0-9]{1,2}(\\.[0-9]{1,6})?)%",
            rule = "must be a percentage of all steps",
            example = "80%")
        String until,
    @Range(min = 0) SortedMap<String, Double> weights) {
  public MixturePhase {
    weights = new TreeMap<>(weights == null ? Map.of() : weights);
  }
}
