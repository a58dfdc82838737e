package dev.tatara.trainer.gang;

import dev.tatara.base.process.Rank;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch_gloo;

/** A gang over TCP: libtorch's own rendezvous and Gloo collectives. */
public final class GlooGang implements Gang {
  private static final String LOOPBACK = "127.0.0.1";

  private final Rank rank;
  private final ProcessGroupGloo group;

  // Held, since the group reads from them for as long as it lives.
  private final Store rendezvous;
  private final ProcessGroupGloo.Options options;

  private GlooGang(
      Rank rank, Store rendezvous, ProcessGroupGloo.Options options, ProcessGroupGloo group) {
    this.rank = rank;
    this.rendezvous = rendezvous;
    this.options = options;
    this.group = group;
  }

  /**
   * Waits for all ranks of this epoch and connects them.
   *
   * @param meeting longest wait for the others to start
   * @param silence longest wait for the others in one exchange
   * @throws BrokenGangException if they do not come in time
   */
  public static Gang form(Rank rank, Duration meeting, Duration silence) {
    if (rank.worldSize() == 1) {
      return new SoloGang();
    }
    Loader.load(torch_gloo.class);
    return orBroken(
        "could not meet at %s:%d".formatted(rank.masterAddress(), rank.masterPort()),
        () -> connect(rank, meeting, silence));
  }

  private static GlooGang connect(Rank rank, Duration meeting, Duration silence) {
    TCPStoreOptions settings =
        new TCPStoreOptions()
            .port((short) rank.masterPort())
            .isServer(rank.rank() == 0)
            .waitWorkers(false)
            .timeout(new Milliseconds(meeting.toMillis()))
            .useLibUV(true);
    Store store = new TCPStore(rank.masterAddress(), settings);
    // A straggler of an older epoch finds nobody, even where the port is the same.
    Store rendezvous = new PrefixStore("epoch-" + rank.epoch(), store);
    store.retainReference();
    ProcessGroupGloo.Options options =
        ProcessGroupGloo.Options.create(new Milliseconds(silence.toMillis()));
    options
        .devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(ownHost(rank))))
        .threads(1);
    return new GlooGang(
        rank,
        rendezvous,
        options,
        new ProcessGroupGloo(rendezvous, rank.rank(), rank.worldSize(), options));
  }

  private static String ownHost(Rank rank) {
    if (rank.masterAddress().equals(LOOPBACK) || rank.masterAddress().equals("localhost")) {
      return LOOPBACK;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("this machine does not know its own name", e);
    }
  }

  @Override
  public int rank() {
    return rank.rank();
  }

  @Override
  public int size() {
    return rank.worldSize();
  }

  @Override
  public void sum(Tensor values) {
    exchange("sum", () -> group.allreduce(new TensorVector(values)));
  }

  @Override
  public void sumScattered(Tensor range, Tensor whole) {
    exchange("reduce-scatter", () -> group._reduce_scatter_base(range, whole));
  }

  @Override
  public void gather(Tensor whole, Tensor range) {
    exchange("all-gather", () -> group._allgather_base(whole, range));
  }

  @Override
  public void barrier() {
    exchange("barrier", group::barrier);
  }

  private static void exchange(String what, Supplier<Work> start) {
    orBroken(
        "lost a peer in " + what,
        () -> {
          try (PointerScope scope = new PointerScope()) {
            return start.get()._wait();
          }
        });
  }

  /** libtorch throws plain runtime exceptions, with a C++ stack trace behind the first line. */
  private static <T> T orBroken(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
      throw new BrokenGangException("This rank %s: %s".formatted(what, reason), e);
    }
  }

  @Override
  public void close() {
    group.close();
    options.close();
    rendezvous.close();
  }
}
