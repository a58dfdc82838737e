package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * What is learned beside the next token.
 *
 * @param zLoss weight of the squared logarithm of the softmax's denominator, which keeps logits
 *     small (PaLM, Chowdhery et al., arXiv 2204.02311); 0 for none
 * @param dropout share of activations that are dropped after attention and MLP; 0 for none
 * @param documentMask documents that share a sample do not see each other, and positions begin anew
 *     in each
 */
public record LossConfig(
    @Range(min = 0) Double zLoss, @Range(min = 0, below = 1) Double dropout, Boolean documentMask) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final LossConfig DEFAULT = new LossConfig(null, null, null);

  public LossConfig {
    zLoss = zLoss == null ? 0.0 : zLoss;
    dropout = dropout == null ? 0.0 : dropout;
    documentMask = documentMask != null && documentMask;
  }
}
