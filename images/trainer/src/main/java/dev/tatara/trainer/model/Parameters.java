package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.tatara.trainer.tensor.Tensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a model: a flat buffer of 32-bit floats for each unit, another for its
 * gradients, and leaves that are views into both. Where a rank keeps no more than its own slices,
 * units take turns in a few buffers. Native memory that is held as long as the process lives.
 */
public final class Parameters {
  private final ParameterLayout layout;
  private final Sharding sharding;
  private final UnitBuffers values;
  private final @Nullable UnitBuffers gradients;
  private final List<Tensor> own = new ArrayList<>();
  private final Map<String, Tensor> leaves = new LinkedHashMap<>();

  /** Units whose parameters are in their buffers, by place. */
  private final Map<Integer, Integer> present = new TreeMap<>();

  private BlockVisitor visitor = BlockVisitor.NONE;

  /** Sees the elements of one tensor of a file, [elements]. */
  @FunctionalInterface
  interface Contents {
    void accept(Tensor elements) throws IOException;
  }

  private Parameters(ParameterLayout layout, Sharding sharding, boolean trainable) {
    this.layout = layout;
    this.sharding = sharding;
    this.values = buffers(sharding.keepsParameters());
    this.gradients = trainable ? buffers(sharding.keepsGradients()) : null;
    long slices = layout.units().stream().mapToLong(unit -> unit.slice(sharding.ranks())).sum();
    Tensor owned = Tensors.zeros(sharding.keepsParameters() ? 0 : slices);
    long at = 0;
    for (ParameterLayout.Unit unit : layout.units()) {
      long slice = unit.slice(sharding.ranks());
      own.add(
          sharding.keepsParameters()
              ? values.of(unit.number()).narrow(0, sharding.rank() * slice, slice)
              : owned.narrow(0, at, slice));
      at += slice;
    }
    layout.leaves().forEach((name, slot) -> leaves.put(name, cut(slot)));
  }

  private UnitBuffers buffers(boolean separate) {
    return separate
        ? UnitBuffers.separate(layout.units(), sharding.ranks())
        : UnitBuffers.shared(layout.units(), sharding.ranks(), layout.tied());
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
      Tensor leaf = new Tensor(view(values.of(slot.unit()), slot).view(shape).detach());
      if (gradients != null) {
        leaf.requires_grad_(true);
        // The engine adds into a gradient that is there, so this view stays the gradient.
        leaf.mutable_grad().put(view(gradients.of(slot.unit()), slot).view(shape));
      }
      leaf.retainReference();
      scope.detach(leaf);
      return leaf;
    }
  }

  private static Tensor view(Tensor unit, ParameterLayout.Slot slot) {
    return unit.narrow(0, slot.offset(), slot.elements());
  }

  /** Where everything lies. */
  public ParameterLayout layout() {
    return layout;
  }

  /** Who owns what. */
  public Sharding sharding() {
    return sharding;
  }

  /** The parameters of a unit, [padded size]; see {@link #claim} for when they are there. */
  public Tensor values(int unit) {
    return values.of(unit);
  }

  /** The gradients of a unit, [padded size]; other units may use the same memory in between. */
  public Tensor gradients(int unit) {
    if (gradients == null) {
      throw new IllegalStateException("nothing is trained, so there are no gradients");
    }
    return gradients.of(unit);
  }

  /** Native memory of the parameters, own slices included. */
  public long valueBytes() {
    long apart =
        sharding.keepsParameters() ? 0 : own.stream().mapToLong(slice -> slice.nbytes()).sum();
    return values.bytes() + apart;
  }

  /** Native memory of the gradients before they are scattered. */
  public long gradientBytes() {
    return gradients == null ? 0 : gradients.bytes();
  }

  /** This rank's slice of the parameters of a unit, which is there all the time. */
  public Tensor own(int unit) {
    return own.get(unit);
  }

  /**
   * Reserves the buffer of a unit's parameters for it.
   *
   * @return true if they are there already, false if the caller must bring them
   */
  public boolean claim(int unit) {
    if (sharding.keepsParameters()) {
      return true;
    }
    Integer before = present.put(values.place(unit), unit);
    return before != null && before == unit;
  }

  /** Own slices have changed, so that what was brought before is of no use. */
  public void outdate() {
    present.clear();
  }

  /** From now on, asks this visitor for units that are needed and not there. */
  public void broughtBy(BlockVisitor visitor) {
    this.visitor = visitor;
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

  /** Lets the elements of one tensor of a file be written, in host memory. */
  void fill(ParameterLayout.Slot slot, Contents contents) throws IOException {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor place = view(values.of(slot.unit()), slot);
      if (sharding.keepsParameters() && place.is_cpu()) {
        contents.accept(place);
        return;
      }
      Tensor whole = torch_empty(slot.elements());
      contents.accept(whole);
      if (sharding.keepsParameters()) {
        place.copy_(whole);
      } else {
        keepOwn(slot, whole);
      }
    }
  }

  private void keepOwn(ParameterLayout.Slot slot, Tensor whole) {
    Tensor mine = own(slot.unit());
    long start = sharding.rank() * mine.numel();
    long begin = Math.max(start, slot.offset());
    long end = Math.min(start + mine.numel(), slot.offset() + slot.elements());
    if (begin < end) {
      mine.narrow(0, begin - start, end - begin)
          .copy_(whole.narrow(0, begin - slot.offset(), end - begin));
    }
  }

  /**
   * Lets the elements of one tensor of a file be read, in host memory; the other ranks lend theirs.
   */
  void read(ParameterLayout.Slot slot, Contents contents) throws IOException {
    lend(slot);
    try (PointerScope scope = new PointerScope()) {
      contents.accept(Tensors.onHost(view(values.of(slot.unit()), slot)));
    }
  }

  /** Takes part in another rank's reading. */
  void lend(ParameterLayout.Slot slot) {
    visitor.enter(slot.unit(), false);
    visitor.leave(slot.unit(), false);
  }
}
