package dev.tatara.trainer.gang;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * A gang over TCP, by libtorch's own rendezvous and Gloo collectives, and NCCL's for what lies on
 * CUDA devices. It outlives its connections: {@link Rendezvous} gives it those of the next epoch.
 */
final class GlooGang implements Gang {
  private final int rank;
  private final int size;
  private final Runnable check;
  private @Nullable GlooGroup group;

  /**
   * @param check throws when this gang must be left; called within exchanges too
   */
  GlooGang(int rank, int size, Runnable check) {
    this.rank = rank;
    this.size = size;
    this.check = check;
  }

  void enter(GlooGroup formed) {
    leave();
    group = formed;
  }

  /** Closes the connections; the peers notice at once. */
  void leave() {
    GlooGroup old = group;
    group = null;
    if (old != null) {
      old.close();
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void sum(Tensor values) {
    exchange("sum", group -> group.allreduce(new TensorVector(values)));
  }

  @Override
  public void sumScattered(Tensor range, Tensor whole) {
    exchangeOnHardware("reduce-scatter", group -> group._reduce_scatter_base(range, whole));
  }

  @Override
  public void gather(Tensor whole, Tensor range) {
    exchangeOnHardware("all-gather", group -> group._allgather_base(whole, range));
  }

  @Override
  public void barrier() {
    exchange("barrier", group -> group.barrier());
  }

  private void exchange(String what, GlooGroup.Function start) {
    connected().exchange(what, start, check);
  }

  private void exchangeOnHardware(String what, GlooGroup.Function start) {
    connected().exchangeOnHardware(what, start, check);
  }

  private GlooGroup connected() {
    GlooGroup connected = group;
    if (connected == null) {
      throw new BrokenGangException("This rank has left its gang", null);
    }
    return connected;
  }

  @Override
  public void close() {
    leave();
  }
}
