package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * When training counts as diverged: a loss or gradient norm that is no number, or that lies far
 * above its recent values. The state goes back to before it, the samples at fault are skipped, and
 * training goes on.
 *
 * @param window steps whose loss and gradient norm are looked back on; nothing but numbers that are
 *     none is found before half of it is filled
 * @param lossThreshold robust z-score (deviation from the median, in units of 1.4826 times the
 *     median absolute deviation) above which a loss is a spike
 * @param gradientThreshold the same for the logarithm of the gradient norm
 * @param limit rollbacks within eight windows of steps after which the run stops with its evidence;
 *     steps that go well are forgiving. 0 stops at the first
 */
public record DivergenceConfig(
    @Range(min = 8, max = 10_000) Integer window,
    @Range(above = 0) Double lossThreshold,
    @Range(above = 0) Double gradientThreshold,
    @Range(min = 0, max = 1_000) Integer limit) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final DivergenceConfig DEFAULT = new DivergenceConfig(null, null, null, null);

  public DivergenceConfig {
    window = window == null ? 64 : window;
    lossThreshold = lossThreshold == null ? 12.0 : lossThreshold;
    gradientThreshold = gradientThreshold == null ? 20.0 : gradientThreshold;
    limit = limit == null ? 5 : limit;
  }
}
