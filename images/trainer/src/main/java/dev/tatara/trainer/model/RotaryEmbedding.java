package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.cat;

import dev.tatara.trainer.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Rotary position embedding (Su et al., arXiv 2104.09864) in Hugging Face's half-split layout:
 * element j turns together with element j + half.
 */
final class RotaryEmbedding {
  private final int positions;

  /** [positions, 1, head size]. */
  private final Tensor cosine;

  /** [positions, 1, head size]; the first half negated, which spares a pass over the data. */
  private final Tensor sine;

  RotaryEmbedding(HuggingFaceConfig config, int positions) {
    this.positions = positions;
    int size = config.headSize();
    int half = size / 2;
    float[] cos = new float[positions * size];
    float[] sin = new float[positions * size];
    for (int j = 0; j < half; j++) {
      // Rounded to float where the reference implementation rounds.
      float frequency = (float) frequency(config, j);
      for (int p = 0; p < positions; p++) {
        double angle = p * frequency;
        int at = p * size + j;
        cos[at] = cos[at + half] = (float) Math.cos(angle);
        sin[at + half] = (float) Math.sin(angle);
        sin[at] = -sin[at + half];
      }
    }
    cosine = Tensors.of(cos, positions, 1, size);
    sine = Tensors.of(sin, positions, 1, size);
  }

  private static double frequency(HuggingFaceConfig config, int j) {
    double frequency = 1 / Math.pow(config.ropeTheta(), 2.0 * j / config.headSize());
    RopeScaling scaling = config.ropeScaling();
    return scaling == null ? frequency : scaling.stretch(frequency);
  }

  /** The tables for positions 0 … T−1. */
  Tables upTo(long length) {
    if (length > positions) {
      throw new IllegalArgumentException(
          "a sequence has %d tokens, at most %d were announced".formatted(length, positions));
    }
    return new Tables(cosine.narrow(0, 0, length), sine.narrow(0, 0, length));
  }

  /** The tables for the given positions, [B · T], of so many rows. */
  Tables at(Tensor positions, long rows) {
    return new Tables(rowed(cosine, positions, rows), rowed(sine, positions, rows));
  }

  private static Tensor rowed(Tensor table, Tensor positions, long rows) {
    return table.index_select(0, positions).unflatten(0, new long[] {rows, -1});
  }

  /** Cosine and sine for the positions of one forward pass, [T or B × T, 1, head size]. */
  record Tables(Tensor cosine, Tensor sine) {
    /** Turns heads [B, T, heads, head size]. */
    Tensor turn(Tensor heads) {
      TensorVector halves = heads.chunk(2, -1);
      Tensor swapped = cat(new TensorVector(halves.get(1), halves.get(0)), -1);
      return heads.mul(cosine).add(swapped.mul(sine));
    }
  }
}
