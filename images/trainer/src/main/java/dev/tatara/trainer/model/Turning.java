package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.stack;

import dev.tatara.trainer.tensor.Operator;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Rotary embedding in place, as products of complex numbers: one pass over the data. The two halves
 * of a head must lie interleaved, element j beside element j + half; since queries meet nothing but
 * keys that lie so too, this changes no result. {@link FoldedMatrix} lays the projection so.
 */
final class Turning {
  /** Fewer numbers than this in a stretch of memory are slow to go over. */
  private static final int LONG_ENOUGH = 64;

  private final Operator viewAsComplex = new Operator("aten::view_as_complex");
  private final Tensor angles;
  private final Tensor opposite;
  private final long half;

  /**
   * @param tables for the positions of one forward pass
   * @param heads of queries and keys together
   */
  Turning(RotaryEmbedding.Tables tables, long heads) {
    half = tables.cosine().size(-1) / 2;
    long copies = half < LONG_ENOUGH ? heads : 1;
    Tensor cosine = tables.cosine().narrow(-1, half, half);
    Tensor sine = tables.sine().narrow(-1, half, half);
    angles = complex(cosine, sine, copies);
    opposite = complex(cosine, sine.neg(), copies);
  }

  private Tensor complex(Tensor cosine, Tensor sine, long copies) {
    Tensor pairs = stack(new TensorVector(cosine, sine), -1);
    return asComplex(pairs.repeat_interleave(copies, new LongOptional(-3), new LongOptional()));
  }

  /** Turns heads [B, T, heads, head size] to their positions. */
  void turn(Tensor heads) {
    multiply(heads, angles);
  }

  /** Turns gradients back. */
  void turnBack(Tensor heads) {
    multiply(heads, opposite);
  }

  private void multiply(Tensor heads, Tensor by) {
    Tensor numbers = asComplex(heads.unflatten(3, new long[] {half, 2}));
    Tensor fitting = by.size(-2) == 1 ? by : by.narrow(-2, 0, numbers.size(2));
    numbers.mul_(fitting);
  }

  private Tensor asComplex(Tensor pairs) {
    return new Tensor(viewAsComplex.call(new IValue(pairs)).get(0).toTensor());
  }
}
