package dev.tatara.trainer.tensor;

import static org.bytedeco.pytorch.global.torch.mm_out;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Products of matrices of 32-bit floats, into memory that is there. By oneDNN where it is on the
 * class path: on a Zen 5 it was measured at two to three times the speed of the MKL behind
 * libtorch. By libtorch elsewhere, and on CUDA.
 *
 * <p>Operands are two-dimensional; one of their strides is 1, so that {@code t()} of a contiguous
 * matrix is as good as the matrix.
 */
public final class MatrixProduct {
  private static final long SHORT_SUM = 128;
  private static final long LONG_SUM = 256;

  private static boolean oneDnn;

  private MatrixProduct() {}

  /** By oneDNN, which must be loaded and reads host memory only, or by libtorch itself. */
  static void byOneDnn(boolean wanted) {
    oneDnn = wanted;
  }

  /** result = left · right. */
  public static void set(Tensor result, Tensor left, Tensor right) {
    if (oneDnn) {
      multiply(result, left, right, 0);
    } else {
      mm_out(result, left, right);
    }
  }

  /** result += left · right. */
  public static void add(Tensor result, Tensor left, Tensor right) {
    if (oneDnn) {
      multiply(result, left, right, 1);
    } else {
      result.addmm_(left, right);
    }
  }

  /**
   * Sums of at most a stretch at a time: one long sum in 32-bit floats is off by 1.5 times as much
   * as MKL's, which shows after fifty steps.
   */
  private static void multiply(Tensor result, Tensor left, Tensor right, float beta) {
    long inner = left.size(1);
    long stretch = inner <= SHORT_SUM * 8 ? SHORT_SUM : LONG_SUM;
    for (long begin = 0; begin < inner; begin += stretch) {
      long length = Math.min(stretch, inner - begin);
      multiply(result, left, right, begin, length, begin == 0 ? beta : 1);
    }
  }

  private static void multiply(
      Tensor result, Tensor left, Tensor right, long begin, long length, float beta) {
    boolean plainLeft = left.stride(1) == 1;
    boolean plainRight = right.stride(1) == 1;
    int status =
        dnnl.dnnl_sgemm(
            (byte) (plainLeft ? 'N' : 'T'),
            (byte) (plainRight ? 'N' : 'T'),
            result.size(0),
            result.size(1),
            length,
            1f,
            from(left, begin * left.stride(1)),
            left.stride(plainLeft ? 0 : 1),
            from(right, begin * right.stride(0)),
            right.stride(plainRight ? 0 : 1),
            beta,
            from(result, 0),
            result.stride(0));
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException(
          "oneDNN refuses %d × %d times %d × %d with status %d"
              .formatted(left.size(0), left.size(1), right.size(0), right.size(1), status));
    }
  }

  private static FloatPointer from(Tensor tensor, long offset) {
    return new FloatPointer(tensor.data_ptr()).getPointer(offset);
  }
}
