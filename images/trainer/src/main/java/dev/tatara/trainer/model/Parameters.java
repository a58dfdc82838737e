package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The parameters of a model: views into one flat buffer of 32-bit floats, and their gradients,
 * views into another. Native memory that is held as long as the process lives.
 */
public final class Parameters {
  private final ParameterLayout layout;
  private final Tensor flat;
  private final Tensor gradients;
  private final Map<String, Tensor> leaves = new LinkedHashMap<>();

  private Parameters(ParameterLayout layout, Tensor flat, Tensor gradients) {
    this.layout = layout;
    this.flat = flat;
    this.gradients = gradients;
  }

  /** Zeros that can be trained, padded so that they split evenly over the ranks. */
  public static Parameters trainable(ParameterLayout layout, int ranks) {
    long size = layout.paddedSize(ranks);
    Parameters made = new Parameters(layout, torch_zeros(size), torch_zeros(size));
    made.cut(true);
    return made;
  }

  /** Zeros that stay as they are filled: no gradients are kept. */
  public static Parameters frozen(ParameterLayout layout) {
    Parameters made = new Parameters(layout, torch_zeros(layout.paddedSize(1)), torch_zeros(0L));
    made.cut(false);
    return made;
  }

  private void cut(boolean trainable) {
    layout
        .leaves()
        .forEach(
            (name, slot) -> {
              long[] shape = slot.shape().stream().mapToLong(Long::longValue).toArray();
              try (PointerScope scope = new PointerScope()) {
                Tensor leaf =
                    new Tensor(flat.narrow(0, slot.offset(), slot.elements()).view(shape).detach());
                if (trainable) {
                  leaf.requires_grad_(true);
                  // The engine adds into a gradient that is there, so this view stays the gradient.
                  leaf.mutable_grad()
                      .put(gradients.narrow(0, slot.offset(), slot.elements()).view(shape));
                }
                leaf.retainReference();
                scope.detach(leaf);
                leaves.put(name, leaf);
              }
            });
  }

  /** Where everything lies. */
  public ParameterLayout layout() {
    return layout;
  }

  /** All parameters, [padded size]. */
  public Tensor flat() {
    return flat;
  }

  /** All gradients, [padded size]; empty where nothing is trained. */
  public Tensor gradients() {
    return gradients;
  }

  /** One matrix or norm, as a leaf of the graph. */
  Tensor leaf(String name) {
    Tensor leaf = leaves.get(name);
    if (leaf == null) {
      throw new IllegalArgumentException("the layout has no leaf " + name);
    }
    return leaf;
  }

  /** The gradient of one matrix or norm, a view to add to. */
  Tensor gradient(String name) {
    return leaf(name).grad();
  }

  /** The flat view of one tensor of a file. The caller's scope owns it. */
  Tensor view(ParameterLayout.Slot slot) {
    return flat.narrow(0, slot.offset(), slot.elements());
  }
}
