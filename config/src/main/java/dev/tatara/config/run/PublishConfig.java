package dev.tatara.config.run;

import dev.tatara.config.strict.Matches;
import org.jspecify.annotations.Nullable;

/**
 * How the chosen model is handed out: a Hugging Face folder with a model card.
 *
 * @param license SPDX expression for the model card; by default the licences of the sources
 */
public record PublishConfig(
    @Matches(regex = Matches.VISIBLE, rule = "must name the licence", example = "CC-BY-4.0")
        @Nullable String license) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final PublishConfig DEFAULT = new PublishConfig(null);
}
