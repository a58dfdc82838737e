package dev.tatara.trainer.tensor;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;

/**
 * Lists of tensors as the dispatcher wants them. The bindings have no such constructor, so the
 * element type is taken from the result of an operator that returns a list.
 */
public final class TensorLists {
  private final Type.TypePtr tensorType;

  public TensorLists() {
    OperatorHandle unbind = Dispatcher.singleton().findSchemaOrThrow("aten::unbind", "int");
    IValueVector stack = new IValueVector(new IValue(torch_zeros(1)), new IValue(0L));
    unbind.callBoxed(stack);
    tensorType = stack.get(0).toList().elementType();
    tensorType.retainReference();
  }

  /** The tensors as one boxed value. */
  public IValue of(List<Tensor> tensors) {
    GenericList list = new GenericList(tensorType);
    list.reserve(tensors.size());
    tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
    return new IValue(list);
  }
}
