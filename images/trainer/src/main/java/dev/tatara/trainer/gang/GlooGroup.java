package dev.tatara.trainer.gang;

import dev.tatara.config.InvalidInputException;
import dev.tatara.trainer.tensor.Hardware;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
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
import org.bytedeco.pytorch.gloo.Device;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one epoch. Once a peer is lost it is of no use; closing it frees threads and
 * sockets, which tells the other peers, and another one may be opened in the same process.
 */
final class GlooGroup implements AutoCloseable {
  /** All peers have claimed the epoch a moment ago. */
  private static final Duration CONNECT = Duration.ofSeconds(30);

  /** NCCL waits for a peer that does not come without any limit of its own. */
  private static final Duration CONNECT_ALL = CONNECT.multipliedBy(3);

  private static final Duration SLICE = Duration.ofMillis(200);

  private final TCPStore store;
  private final Store rendezvous;
  private final Device device;
  private final GlooDeviceVector devices;
  private final ProcessGroupGloo.Options options;
  private final ProcessGroupGloo group;

  /** For tensors on CUDA devices. */
  private final @Nullable NcclGroup nccl;

  private GlooGroup(
      TCPStore store, int epoch, String ownAddress, int rank, int size, Duration silence) {
    this.store = store;
    // A straggler of another epoch finds nobody, even where the port is the same.
    rendezvous = new PrefixStore("epoch-" + epoch, store);
    device = ProcessGroupGloo.createDeviceForHostname(ownAddress);
    devices = new GlooDeviceVector(device);
    try (Milliseconds connect = new Milliseconds(CONNECT.toMillis());
        Milliseconds patience = new Milliseconds(silence.toMillis())) {
      options = ProcessGroupGloo.Options.create(connect);
      options.devices(devices).threads(1);
      group = new ProcessGroupGloo(rendezvous, rank, size, options);
      group.setTimeout(patience);
    }
    try {
      requireSameHardware(size);
      nccl = Hardware.chosen().isCuda() ? new NcclGroup(rendezvous, rank, size, silence) : null;
    } catch (RuntimeException | LinkageError e) {
      closeHost();
      throw e;
    }
  }

  /** Ranks on CUDA would wait in NCCL for those on processors, and these for them in Gloo. */
  private void requireSameHardware(int size) {
    try (PointerScope scope = new PointerScope()) {
      Tensor onCuda = Tensor.create(new long[] {Hardware.chosen().isCuda() ? 1 : 0});
      group.allreduce(new TensorVector(onCuda))._wait();
      Hardware.chosen().requireSame((int) onCuda.item_long(), size);
    }
  }

  /**
   * Opens the meeting point of an epoch.
   *
   * @param port wanted; another one is taken if it is not free, 0 for any
   */
  static TCPStore listen(String address, int port) {
    Loader.load(torch_gloo.class);
    try {
      return store(address, port, true);
    } catch (RuntimeException e) {
      // Still held by the group of an older epoch, or by a stranger.
      return orBroken("could not listen at " + address, () -> store(address, 0, true));
    }
  }

  /** Goes to the meeting point that rank 0 opened. */
  static TCPStore call(String address, int port) {
    Loader.load(torch_gloo.class);
    return orBroken(
        "could not meet at %s:%d".formatted(address, port), () -> store(address, port, false));
  }

  private static TCPStore store(String address, int port, boolean server) {
    try (Milliseconds patience = new Milliseconds(CONNECT.toMillis());
        TCPStoreOptions settings = new TCPStoreOptions()) {
      settings
          .port((short) port)
          .isServer(server)
          .waitWorkers(false)
          .timeout(patience)
          .useLibUV(true);
      return new TCPStore(address, settings);
    }
  }

  static int port(TCPStore store) {
    return Short.toUnsignedInt(store.getPort());
  }

  /**
   * Connects all ranks; gives up as soon as {@code check} throws, for example because a peer died
   * on the way and has been replaced.
   *
   * @param silence longest wait for the others in one exchange
   * @throws dev.tatara.config.InvalidInputException if some ranks compute on CUDA and others do not
   */
  static GlooGroup connect(
      TCPStore store,
      int epoch,
      String ownAddress,
      int rank,
      int size,
      Duration silence,
      Runnable check) {
    // In a thread of its own: the call cannot be interrupted.
    CompletableFuture<GlooGroup> connecting = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                connecting.complete(new GlooGroup(store, epoch, ownAddress, rank, size, silence));
              } catch (RuntimeException | LinkageError e) {
                connecting.completeExceptionally(e);
              }
            },
            "connect");
    thread.setDaemon(true);
    thread.start();
    long deadline = System.nanoTime() + CONNECT_ALL.toNanos();
    try {
      while (!connecting.isDone()) {
        check.run();
        if (System.nanoTime() > deadline) {
          throw new BrokenGangException(
              "This rank could not connect to its peers within %d seconds"
                  .formatted(CONNECT_ALL.toSeconds()),
              null);
        }
        thread.join(SLICE.toMillis());
      }
      return orBroken("could not connect to its peers", connecting::join);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokenGangException("This rank was interrupted while it met its peers", e);
    } finally {
      if (!connecting.isDone() || connecting.isCompletedExceptionally()) {
        connecting.whenComplete((group, failure) -> abandon(store, group));
      }
    }
  }

  private static void abandon(TCPStore store, GlooGroup group) {
    if (group == null) {
      store.close();
    } else {
      group.close();
    }
  }

  /** Does one exchange of tensors of the hardware; otherwise as {@link #exchange}. */
  void exchangeOnHardware(String what, Function start, Runnable check) {
    NcclGroup devices = nccl;
    if (devices == null) {
      exchange(what, start, check);
      return;
    }
    check.run();
    orBroken(
        "lost a peer in " + what,
        () -> {
          devices.exchange(start, check);
          return what;
        });
  }

  /**
   * Does one exchange of tensors of the host; leaves it as soon as {@code check} throws.
   *
   * @throws BrokenGangException if a peer is gone or silent
   */
  void exchange(String what, Function start, Runnable check) {
    check.run();
    orBroken(
        "lost a peer in " + what,
        () -> {
          try (PointerScope scope = new PointerScope()) {
            Work work = start.begin(group);
            Milliseconds slice = new Milliseconds(SLICE.toMillis());
            while (!done(work, slice)) {
              check.run();
            }
            return work;
          }
        });
  }

  /** Begins an exchange. */
  @FunctionalInterface
  interface Function {
    Work begin(Backend group);
  }

  private static boolean done(Work work, Milliseconds slice) {
    try {
      return work._wait(slice);
    } catch (RuntimeException e) {
      // Thrown at the end of the slice too; what ended with a failure throws it here again.
      return work.isCompleted() && work._wait();
    }
  }

  /** libtorch throws plain runtime exceptions, with a C++ stack trace behind the first line. */
  private static <T> T orBroken(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (BrokenGangException e) {
      throw e;
    } catch (RuntimeException e) {
      Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      if (cause instanceof InvalidInputException invalid) {
        throw invalid;
      }
      String reason =
          String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason given");
      throw new BrokenGangException("This rank %s: %s".formatted(what, reason), e);
    }
  }

  /** An exchange that is still under way ends first, at the latest by its patience. */
  @Override
  public void close() {
    if (nccl != null) {
      nccl.close();
    }
    closeHost();
    store.close();
  }

  private void closeHost() {
    group.close();
    options.close();
    devices.close();
    device.close();
    rendezvous.close();
  }
}
