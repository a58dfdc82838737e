package dev.tatara.trainer.tensor;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Memory that the same computation uses over and over: fresh memory costs the system a page fault
 * per 4 KiB. Not for several threads.
 */
public final class Workspace {
  private final Map<List<Long>, Deque<Tensor>> free = new HashMap<>();
  private List<Long> occasion = List.of();

  /** From now on, work of this shape; memory that was for another is given back. */
  public void begin(long... shape) {
    List<Long> next = boxed(shape);
    if (!next.equals(occasion)) {
      free.values().forEach(tensors -> tensors.forEach(Tensor::releaseReference));
      free.clear();
      occasion = next;
    }
  }

  /** A contiguous tensor of 32-bit floats with anything in it. */
  public Tensor take(long... shape) {
    Deque<Tensor> tensors = free.get(boxed(shape));
    return tensors == null || tensors.isEmpty() ? made(shape) : tensors.pop();
  }

  /** Hands tensors back that were taken. */
  public void release(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      free.computeIfAbsent(boxed(tensor.shape()), shape -> new ArrayDeque<>()).push(tensor);
    }
  }

  private static Tensor made(long... shape) {
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = torch_empty(shape);
      tensor.retainReference();
      scope.detach(tensor);
      return tensor;
    }
  }

  private static List<Long> boxed(long... shape) {
    return Arrays.stream(shape).boxed().toList();
  }
}
