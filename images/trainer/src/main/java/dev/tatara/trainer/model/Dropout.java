package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.empty_like;
import static org.bytedeco.pytorch.global.torch.manual_seed;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Drops a share of the activations behind the output projections of attention and MLP, and makes
 * the others larger by as much (Srivastava et al., 2014). Which ones is a pure function of seed,
 * micro-batch, layer and place: computed again, after a restart or on the way back, it is the same.
 *
 * @param share of activations that are dropped
 * @param seed of this micro-batch
 */
record Dropout(double share, long seed) {
  /** Nothing is dropped. */
  static final Dropout NONE = new Dropout(0, 0);

  /** Places within a block. */
  private static final int PLACES = 2;

  /** The engine has one generator for the whole process. */
  private static final Object GENERATOR = new Object();

  Tensor afterAttention(Tensor x, int layer) {
    return drop(x, layer * PLACES);
  }

  Tensor afterMlp(Tensor x, int layer) {
    return drop(x, layer * PLACES + 1);
  }

  private Tensor drop(Tensor x, int place) {
    if (share == 0) {
      return x;
    }
    return x.mul(kept(x, place));
  }

  private Tensor kept(Tensor x, int place) {
    synchronized (GENERATOR) {
      try (NoGradGuard guard = new NoGradGuard()) {
        manual_seed(mixed(seed + place));
        return empty_like(x)
            .bernoulli_(1 - share, new GeneratorOptional())
            .mul_(new Scalar(1 / (1 - share)));
      }
    }
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): neighbours get unlike seeds. */
  static long mixed(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
