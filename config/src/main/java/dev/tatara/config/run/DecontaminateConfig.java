package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * Removes documents that contain items of the evaluation tasks.
 *
 * @param ngram words per n-gram; a document that shares one with an item is dropped (GPT-3, arXiv
 *     2005.14165, appendix C: 13)
 * @param cjkNgram characters per n-gram for Japanese and Chinese items
 */
public record DecontaminateConfig(@Range(min = 1) Integer ngram, @Range(min = 1) Integer cjkNgram) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final DecontaminateConfig DEFAULT = new DecontaminateConfig(null, null);

  public DecontaminateConfig {
    ngram = ngram == null ? 13 : ngram;
    cjkNgram = cjkNgram == null ? 20 : cjkNgram;
  }
}
