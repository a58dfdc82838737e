package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.linalg_vector_norm_out;
import static org.bytedeco.pytorch.global.torch.mul_out;
import static org.bytedeco.pytorch.global.torch.sum_out;

import dev.tatara.trainer.tensor.Workspace;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Hidden states divided by their root mean square (Zhang and Sennrich, arXiv 1910.07467), without
 * the norm's weight.
 *
 * @param values [N, C]
 * @param inverse of the root mean square, [N, 1]
 */
record Normed(Tensor values, Tensor inverse) {
  private static final Scalar TWO = new Scalar(2.0);
  private static final long[] ROW = {1};

  /** Takes its tensors from the workspace. */
  static Normed of(Tensor x, double epsilon, Workspace workspace) {
    Tensor inverse = workspace.take(x.size(0), 1);
    linalg_vector_norm_out(inverse, x, TWO, ROW, true, new ScalarTypeOptional());
    inverse.square_().mul_(new Scalar(1.0 / x.size(1))).add_(new Scalar(epsilon)).rsqrt_();
    Tensor values = workspace.take(x.size(0), x.size(1));
    mul_out(values, x, inverse);
    return new Normed(values, inverse);
  }

  /**
   * Adds the gradient of what was normed to {@code below}.
   *
   * @param gradient of the values, [N, C]; holds something else afterwards
   */
  void back(Tensor gradient, Tensor below, Workspace workspace) {
    Tensor products = workspace.take(values.size(0), values.size(1));
    Tensor mean = workspace.take(values.size(0), 1);
    mul_out(products, gradient, values);
    sum_out(mean, products, ROW, true, new ScalarTypeOptional());
    mean.mul_(new Scalar(-1.0 / values.size(1)));
    gradient.addcmul_(values, mean);
    below.addcmul_(gradient, inverse);
    workspace.release(products, mean);
  }

  void release(Workspace workspace) {
    workspace.release(values, inverse);
  }
}
