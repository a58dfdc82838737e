package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The parameters of a model: one flat buffer of 32-bit floats for each unit, another for its
 * gradients, and leaves that are views into both. Native memory that is held as long as the process
 * lives.
 */
public final class Parameters {
  private final ParameterLayout layout;
  private final Sharding sharding;
  private final boolean trainable;
  private final List<Tensor> values = new ArrayList<>();
  private final List<Tensor> gradients = new ArrayList<>();
  private final Map<String, Tensor> leaves = new LinkedHashMap<>();

  /** Sees the elements of one tensor of a file, [elements]. */
  @FunctionalInterface
  interface Contents {
    void accept(Tensor elements) throws IOException;
  }

  private Parameters(ParameterLayout layout, Sharding sharding, boolean trainable) {
    this.layout = layout;
    this.sharding = sharding;
    this.trainable = trainable;
    for (ParameterLayout.Unit unit : layout.units()) {
      long size = unit.padded(sharding.ranks());
      values.add(torch_zeros(size));
      if (trainable) {
        gradients.add(torch_zeros(size));
      }
    }
    layout.leaves().forEach((name, slot) -> leaves.put(name, cut(slot)));
  }

  /** Zeros that can be trained, every unit padded so that it splits evenly over the ranks. */
  public static Parameters trainable(ParameterLayout layout, Sharding sharding) {
    return new Parameters(layout, sharding, true);
  }

  /** Zeros that stay as they are filled: no gradients are kept. */
  public static Parameters frozen(ParameterLayout layout) {
    return new Parameters(layout, Sharding.NONE, false);
  }

  private Tensor cut(ParameterLayout.Slot slot) {
    long[] shape = slot.shape().stream().mapToLong(Long::longValue).toArray();
    try (PointerScope scope = new PointerScope()) {
      Tensor leaf = new Tensor(view(slot).view(shape).detach());
      if (trainable) {
        leaf.requires_grad_(true);
        // The engine adds into a gradient that is there, so this view stays the gradient.
        leaf.mutable_grad()
            .put(gradients.get(slot.unit()).narrow(0, slot.offset(), slot.elements()).view(shape));
      }
      leaf.retainReference();
      scope.detach(leaf);
      return leaf;
    }
  }

  private Tensor view(ParameterLayout.Slot slot) {
    return values.get(slot.unit()).narrow(0, slot.offset(), slot.elements());
  }

  /** Where everything lies. */
  public ParameterLayout layout() {
    return layout;
  }

  /** Who owns what. */
  public Sharding sharding() {
    return sharding;
  }

  /** The parameters of a unit, [padded size]. */
  public Tensor values(int unit) {
    return values.get(unit);
  }

  /** The gradients of a unit, [padded size]; only where something is trained. */
  public Tensor gradients(int unit) {
    return gradients.get(unit);
  }

  /** This rank's slice of the parameters of a unit. */
  public Tensor own(int unit) {
    long slice = layout.units().get(unit).slice(sharding.ranks());
    return values.get(unit).narrow(0, sharding.rank() * slice, slice);
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

  /** Lets the elements of one tensor of a file be written. */
  void fill(ParameterLayout.Slot slot, Contents contents) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      contents.accept(view(slot));
    }
  }

  /** Lets the elements of one tensor of a file be read. */
  void read(ParameterLayout.Slot slot, Contents contents) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      contents.accept(view(slot));
    }
  }
}
