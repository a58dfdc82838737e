package dev.tatara.trainer.model;

import dev.tatara.trainer.tensor.Lifetime;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;

/** A unit that autograd finds the way back through, from border to border. */
final class RecordedUnit implements Unit {
  private final Tensor input;
  private final UnaryOperator<Tensor> work;
  private @Nullable Tensor output;

  RecordedUnit(Tensor input, UnaryOperator<Tensor> work) {
    this.input = new Tensor(input.detach());
    this.input.requires_grad_(true);
    this.work = work;
  }

  @Override
  public Tensor forward(boolean again) {
    if (again) {
      return Lifetime.keep(() -> work.apply(input));
    }
    output = Lifetime.keep(this::recorded);
    return output.detach();
  }

  @Override
  public Tensor backward(Tensor gradient) {
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
