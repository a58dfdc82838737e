package dev.tatara.trainer.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;

/** An operator of libtorch that the bindings have no method for, found by its name. */
public final class Operator {
  private final OperatorHandle handle;

  /**
   * @param name with its namespace, such as {@code aten::view_as_complex}
   */
  public Operator(String name) {
    handle = Dispatcher.singleton().findSchemaOrThrow(name, "");
    handle.retainReference();
  }

  /** What the operator gives for all of its arguments, in their order. */
  public IValueVector call(IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    handle.callBoxed(stack);
    return stack;
  }
}
