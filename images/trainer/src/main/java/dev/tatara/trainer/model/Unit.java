package dev.tatara.trainer.model;

import dev.tatara.trainer.tensor.Lifetime;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/**
 * One unit of one forward pass, whose graph reaches from its input to its output and no further.
 */
final class Unit {
  private final Tensor input;
  private final UnaryOperator<Tensor> work;
  private @Nullable Tensor output;

  Unit(Tensor input, UnaryOperator<Tensor> work) {
    this.input = new Tensor(input.detach());
    this.input.requires_grad_(true);
    this.work = work;
  }

  /**
   * Computes the output, which has no graph for the caller.
   *
   * @param again keep nothing, and compute once more on the way back (Chen et al., arXiv
   *     1604.06174)
   */
  Tensor forward(boolean again) {
    if (again) {
      return Lifetime.keep(() -> work.apply(input));
    }
    output = Lifetime.keep(this::recorded);
    return output.detach();
  }

  /** Adds the gradients of the parameters; returns that of the input. To be called once. */
  Tensor backward(Tensor gradient) {
    Tensor below =
        Lifetime.keep(
            () -> {
              Tensor end = output == null ? recorded() : output;
              end.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
              // The accessor's tensor lives no longer than the input.
              return new Tensor(input.grad());
            });
    if (output != null) {
      Lifetime.end(output);
    }
    Lifetime.end(input);
    return below;
  }

  private Tensor recorded() {
    try (AutoGradMode mode = new AutoGradMode(true)) {
      return work.apply(input);
    }
  }
}
