package dev.tatara.trainer.model;

/**
 * How a model is shared out over the ranks (ZeRO, Rajbhandari et al., arXiv 1910.02054): rank r
 * owns slice r of every unit, whatever the stage. One rank owns everything, and has nothing to
 * share.
 *
 * @param zero what a rank keeps of its own slices only: 1 the optimizer state, 2 also the
 *     gradients, 3 also the parameters
 */
public record Sharding(int rank, int ranks, int zero) {
  /** One rank, which owns everything. */
  public static final Sharding NONE = new Sharding(0, 1, 1);

  public Sharding {
    zero = ranks == 1 ? 1 : zero;
  }

  /** Whether the gradients of all units are there until the step is done. */
  public boolean keepsGradients() {
    return zero < 2;
  }

  /** Whether the parameters of all units are there all the time. */
  public boolean keepsParameters() {
    return zero < 3;
  }
}
