package dev.tatara.trainer.tensor;

import java.util.Objects;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * When native memory is given back. A scope holds everything that was made in it until it closes;
 * these are ways to end some of it earlier.
 */
public final class Lifetime {
  private Lifetime() {}

  /** Does the work in a scope of its own, of which only the result lives on in the caller's. */
  public static Tensor keep(Supplier<Tensor> work) {
    PointerScope outer = Objects.requireNonNull(PointerScope.getInnerScope(), "no scope is open");
    try (PointerScope scope = new PointerScope()) {
      Tensor result = work.get();
      outer.attach(result);
      return result;
    }
  }

  /** Takes a tensor out of the innermost scope, which must hold it: it is used no more. */
  public static void end(Tensor tensor) {
    Objects.requireNonNull(PointerScope.getInnerScope(), "no scope is open").detach(tensor);
  }
}
