package dev.tatara.trainer.optimizer;

import static org.bytedeco.pytorch.global.torch.addmm;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.model.ParameterLayout;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Muon (Jordan et al., 2024, kellerjordan.github.io/posts/muon): Nesterov momentum, orthogonalised
 * by five Newton-Schulz iterations in bfloat16, with the step scaled to the size of AdamW's (Liu et
 * al., arXiv 2502.16982). The same numbers as {@code torch.optim.Muon} with {@code
 * match_rms_adamw}.
 *
 * <p>Momentum is sharded like any state. An orthogonalisation needs a whole matrix, so matrices are
 * gathered, the ranks take them in turn, and the results are spread: no matrix is done twice.
 */
final class Muon {
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final int ITERATIONS = 5;
  private static final double EPSILON = 1e-7;
  private static final double SIZE_OF_ADAMW = 0.2;

  private final OptimizerConfig config;
  private final List<ParameterLayout.Slot> matrices;
  private final List<Share> shares;
  private final WholeMatrices exchange;

  /**
   * @param shares this rank's of all tensors
   */
  Muon(OptimizerConfig config, ParameterLayout layout, List<Share> shares, WholeMatrices exchange) {
    this.config = config;
    this.matrices =
        layout.tensors().stream().filter(tensor -> Role.of(tensor) == Role.MATRIX).toList();
    this.shares = shares.stream().filter(share -> share.role() == Role.MATRIX).toList();
    this.exchange = exchange;
  }

  /** Updates the matrices in place, and overwrites their gradients. */
  void update(double learningRate) {
    for (Share share : shares) {
      Tensor gradient = part(share.stretch().gradients(), share);
      Tensor moving = part(share.stretch().firstMoment(), share);
      moving.lerp_(gradient, new Scalar(1 - config.momentum()));
      gradient.lerp_(moving, new Scalar(config.momentum()));
    }
    for (int first = 0, next; first < matrices.size(); first = next) {
      next = first + 1;
      while (next < matrices.size() && matrices.get(next).unit() == matrices.get(first).unit()) {
        next++;
      }
      orthogonalise(first, next);
    }
    for (Share share : shares) {
      Tensor own = part(share.stretch().parameters(), share);
      own.mul_(new Scalar(1 - learningRate * share.role().weightDecay(config)));
      Tensor direction = part(share.stretch().gradients(), share);
      own.add_(direction, new Scalar(-learningRate * scale(share.tensor())));
    }
  }

  /** Does the matrices of one unit, of which the ranks take theirs in turn. */
  private void orthogonalise(int begin, int end) {
    int unit = matrices.get(begin).unit();
    Tensor whole = exchange.gather(unit);
    for (int i = begin; i < end; i++) {
      ParameterLayout.Slot matrix = matrices.get(i);
      Tensor flat = whole.narrow(0, matrix.offset(), matrix.elements());
      if (i % exchange.size() == exchange.rank()) {
        orthogonalise(flat.view(matrix.shape().get(0), matrix.shape().get(1)));
      } else {
        flat.zero_();
      }
    }
    exchange.sumScattered(unit);
  }

  private static Tensor part(Tensor stretch, Share share) {
    return stretch.narrow(0, share.begin(), share.length());
  }

  private static double scale(ParameterLayout.Slot matrix) {
    return SIZE_OF_ADAMW * Math.sqrt(Math.max(matrix.shape().get(0), matrix.shape().get(1)));
  }

  /** Brings all singular values near 1, in place. */
  private static void orthogonalise(Tensor matrix) {
    try (PointerScope scope = new PointerScope()) {
      boolean tall = matrix.size(0) > matrix.size(1);
      Tensor narrow = matrix.to(ScalarType.BFloat16);
      Tensor x = tall ? narrow.t() : narrow;
      x.div_(x.norm().clamp_min(new Scalar(EPSILON)));
      for (int i = 0; i < ITERATIONS; i++) {
        Tensor gram = x.matmul(x.t());
        Tensor polynomial = addmm(gram, gram, gram, new Scalar(B), new Scalar(C));
        x = addmm(x, polynomial, x, new Scalar(A), new Scalar(1.0));
      }
      matrix.copy_(tall ? x.t() : x);
    }
  }
}
