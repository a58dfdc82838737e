package dev.tatara.trainer.gang;

import org.bytedeco.pytorch.Tensor;

/** A gang of one: there is nothing to exchange. */
public final class SoloGang implements Gang {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void sum(Tensor values) {
    // The sum over one rank is its own.
  }

  @Override
  public void sumScattered(Tensor range, Tensor whole) {
    if (range.data_ptr().address() != whole.data_ptr().address()) {
      range.copy_(whole);
    }
  }

  @Override
  public void gather(Tensor whole, Tensor range) {
    if (range.data_ptr().address() != whole.data_ptr().address()) {
      whole.copy_(range);
    }
  }

  @Override
  public void barrier() {
    // Nobody to wait for.
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
