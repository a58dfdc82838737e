package dev.tatara.trainer.tensor;

import static org.bytedeco.pytorch.global.torch.torch_empty;
import static org.bytedeco.pytorch.global.torch.torch_full;
import static org.bytedeco.pytorch.global.torch.torch_zeros;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * New tensors on the chosen {@link Hardware}, and copies between it and the host. On the processor
 * nothing is copied: the host's tensor is the hardware's. Without another type, 32-bit floats.
 */
public final class Tensors {
  private Tensors() {}

  /** Zeros. */
  public static Tensor zeros(long... shape) {
    return cuda() ? torch_zeros(shape, options(ScalarType.Float)) : torch_zeros(shape);
  }

  /** One zero of a type, without dimensions. */
  public static Tensor zero(ScalarType type) {
    return torch_zeros(new long[0], cuda() ? options(type) : new TensorOptions(type));
  }

  /** Anything. */
  public static Tensor empty(long... shape) {
    return cuda() ? torch_empty(shape, options(ScalarType.Float), null) : torch_empty(shape);
  }

  /** The same value everywhere. */
  public static Tensor full(double value, long... shape) {
    Scalar scalar = new Scalar(value);
    return cuda()
        ? torch_full(shape, scalar, options(ScalarType.Float))
        : torch_full(shape, scalar);
  }

  /** These numbers, int64. */
  public static Tensor of(long... values) {
    return fromHost(Tensor.create(values));
  }

  /** These numbers in this shape. */
  public static Tensor of(float[] values, long... shape) {
    return fromHost(Tensor.create(values, shape));
  }

  /** True where there is no 0, in this shape. */
  public static Tensor of(byte[] values, long... shape) {
    return fromHost(Tensor.create(values, shape)).to(ScalarType.Bool);
  }

  /** Host memory for copies from the hardware; anything is in it. */
  public static Tensor hostEmpty(long elements) {
    long[] shape = {elements};
    return cuda()
        ? torch_empty(shape, new TensorOptions().pinned_memory(new BoolOptional(true)), null)
        : torch_empty(shape);
  }

  /** A tensor of the host, on the hardware. */
  private static Tensor fromHost(Tensor tensor) {
    return cuda() ? tensor.to(device(), tensor.scalar_type()) : tensor;
  }

  /** A tensor of the hardware, on the host: itself, or a copy. */
  public static Tensor onHost(Tensor tensor) {
    return tensor.is_cpu() ? tensor : tensor.cpu();
  }

  private static boolean cuda() {
    return Hardware.chosen().isCuda();
  }

  private static TensorOptions options(ScalarType type) {
    return new TensorOptions(type).device(new DeviceOptional(device()));
  }

  private static Device device() {
    return new Device(torch.DeviceType.CUDA, (byte) Hardware.chosen().device());
  }
}
