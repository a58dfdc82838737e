package dev.tatara.trainer.gang;

import dev.tatara.trainer.tensor.Hardware;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * NCCL's connections of one epoch, between the CUDA devices of all ranks. Once a peer is lost it is
 * of no use.
 *
 * <p>A peer that died shows as an error of NCCL where a socket lies between; where memory is
 * shared, it only falls silent. So whoever waits here also looks for a newer epoch, which the
 * peer's successor begins, and gives up after {@code silence}.
 */
final class NcclGroup implements AutoCloseable {
  private static final long POLL_NANOS = 20_000;

  private final ProcessGroupNCCL group;
  private final ProcessGroupNCCL.Options options;
  private final Duration silence;

  /** Connects all ranks, which call this together; it cannot be interrupted. */
  NcclGroup(Store rendezvous, int rank, int size, Duration silence) {
    this.silence = silence;
    options = ProcessGroupNCCL.Options.create();
    group = new ProcessGroupNCCL(rendezvous, rank, size, options);
    byte number = (byte) Hardware.chosen().device();
    // The thread that connects is not the one that computes, and each begins with device 0.
    torch_cuda.set_device(number);
    try (Milliseconds patience = new Milliseconds(silence.toMillis());
        Device device = new Device(torch.DeviceType.CUDA, number)) {
      group.setTimeout(patience);
      group.eagerConnectSingleDevice(device);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Does one exchange, and returns when the device has done it; leaves it as soon as {@code check}
   * throws.
   */
  void exchange(GlooGroup.Function start, Runnable check) {
    try (PointerScope scope = new PointerScope()) {
      Work work = start.begin(group);
      long deadline = System.nanoTime() + silence.toNanos();
      while (!work.isCompleted()) {
        check.run();
        if (System.nanoTime() > deadline) {
          throw new BrokenGangException(
              "No peer was heard of for %d seconds".formatted(silence.toSeconds()), null);
        }
        // A device cannot wake a thread that must look at something else too.
        LockSupport.parkNanos(POLL_NANOS);
      }
      // Does not wait any more, but with a limit it throws what went wrong, and lets go of tensors.
      try (Milliseconds limit = new Milliseconds(silence.toMillis())) {
        work._wait(limit);
      }
    }
  }

  /** Breaks off what is under way: its kernels would wait for the lost peer forever. */
  @Override
  public void close() {
    group.abort();
    group.close();
    options.close();
  }
}
