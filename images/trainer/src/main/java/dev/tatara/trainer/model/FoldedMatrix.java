package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.mul_out;

import org.bytedeco.pytorch.Tensor;

/**
 * A projection with the weight of the norm before it multiplied in, so that no pass over the tokens
 * is spent on that weight; and its gradient taken apart again. The rows of some heads are laid so
 * that the halves of a head interleave, as {@link Turning} wants them.
 *
 * @param matrix [rows, C], a leaf
 * @param norm [C], a leaf
 * @param heads how many heads of rows, from the first row on, are interleaved
 * @param headSize rows of one head
 */
record FoldedMatrix(Tensor matrix, Tensor norm, long heads, long headSize) {

  /** Writes the product to [rows, C]. */
  void fold(Tensor result) {
    if (heads > 0) {
      mul_out(halves(result), interleaved(matrix), norm);
    }
    mul_out(rest(result), rest(matrix), norm);
  }

  /**
   * Adds to the gradients of matrix and norm.
   *
   * @param gradient of the product, [rows, C]; holds something else afterwards
   */
  void unfold(Tensor gradient, Tensor matrixGradient, Tensor normGradient) {
    if (heads > 0) {
      interleaved(matrixGradient).addcmul_(halves(gradient), norm);
      halves(gradient).mul_(interleaved(matrix));
    }
    rest(matrixGradient).addcmul_(rest(gradient), norm);
    rest(gradient).mul_(rest(matrix));
    normGradient.add_(gradient.sum(0));
  }

  private Tensor interleaved(Tensor rows) {
    return rows.narrow(0, 0, heads * headSize)
        .unflatten(0, new long[] {heads, 2, headSize / 2})
        .transpose(1, 2);
  }

  private Tensor halves(Tensor rows) {
    return rows.narrow(0, 0, heads * headSize).unflatten(0, new long[] {heads, headSize / 2, 2});
  }

  private Tensor rest(Tensor rows) {
    return rows.narrow(0, heads * headSize, rows.size(0) - heads * headSize);
  }
}
