package dev.tatara.trainer.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Keeps documents that share a row apart: attention stays within a document, and positions begin
 * anew in each.
 *
 * @param positions [T], int64
 * @param allowed [T, T], bool: row may look at column
 */
public record DocumentMask(Tensor positions, Tensor allowed) {

  /** The mask for documents of these lengths, one behind another. */
  public static DocumentMask of(List<Integer> lengths) {
    int total = lengths.stream().mapToInt(Integer::intValue).sum();
    long[] positions = new long[total];
    byte[] allowed = new byte[total * total];
    int start = 0;
    for (int length : lengths) {
      for (int row = start; row < start + length; row++) {
        positions[row] = row - start;
        for (int column = start; column <= row; column++) {
          allowed[row * total + column] = 1;
        }
      }
      start += length;
    }
    return new DocumentMask(
        Tensor.create(positions), Tensor.create(allowed, total, total).to(ScalarType.Bool));
  }
}
