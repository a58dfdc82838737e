package dev.tatara.bench;

import java.util.Map;
import java.util.Set;

/**
 * The parts of a step of a LLaMA at 32 bits on a processor, by which its time is reported. Told
 * apart by the native method that a thread is in and by the class of the trainer that called it.
 */
enum Part {
  PRODUCTS("products of matrices (oneDNN)"),
  ATTENTION("attention (libtorch's flash kernel)"),
  LOSS("cross-entropy: softmax and its gradient, without products"),
  SWIGLU("SwiGLU, forward and back"),
  ROTARY("rotary embedding"),
  NORMS("norms, and their weights in and out of the projections"),
  EMBEDDING("embedding, forward and back"),
  OPTIMIZER("optimizer: AdamW, gradient norm and clipping, zeroing of gradients"),
  EXCHANGE("exchanges with other ranks"),
  JNI("JNI: views, sizes and handles of tensors, memory given back"),
  JAVA("Java itself"),
  OTHER("all else");

  private static final String TRAINER = "dev.tatara.trainer.";

  /** Its classes work for whoever calls them. */
  private static final String SERVANTS = TRAINER + "tensor.";

  /** Natives that compute; others make views or read sizes. So do those that end in _ or _out. */
  private static final Set<String> COMPUTING =
      Set.of(
          "backward",
          "callBoxed",
          "contiguous",
          "dot",
          "embedding",
          "embedding_dense_backward",
          "empty_like",
          "gather",
          "item_double",
          "rms_norm",
          "sum",
          "torch_full",
          "torch_zeros");

  private static final Map<String, Part> BY_CLASS =
      Map.ofEntries(
          Map.entry("Attention", ATTENTION),
          Map.entry("OutputLayer", LOSS),
          Map.entry("LlamaBlock", SWIGLU),
          Map.entry("Turning", ROTARY),
          Map.entry("Normed", NORMS),
          Map.entry("FoldedMatrix", NORMS),
          // The last norm is the one unit that autograd goes back through.
          Map.entry("Block", NORMS),
          Map.entry("RecordedUnit", NORMS),
          Map.entry("Llama", EMBEDDING),
          Map.entry("AdamW", OPTIMIZER),
          Map.entry("Optimizer", OPTIMIZER),
          Map.entry("OwnSlices", OPTIMIZER),
          Map.entry("UnitExchange", OPTIMIZER),
          Map.entry("GlooGroup", EXCHANGE));

  final String description;

  Part(String description) {
    this.description = description;
  }

  /** The part that a thread is in whose stack, innermost frame first, is this. */
  static Part of(StackTraceElement[] stack) {
    if (!stack[0].isNativeMethod()) {
      return JAVA;
    }
    String method = stack[0].getMethodName();
    if (method.equals("dnnl_sgemm")) {
      return PRODUCTS;
    }
    String owner = owner(stack);
    // Numbers are made complex by an operator too, which computes nothing.
    boolean view = owner.equals("Turning") && method.equals("callBoxed");
    return view || !computes(method) ? JNI : BY_CLASS.getOrDefault(owner, OTHER);
  }

  private static boolean computes(String method) {
    return method.endsWith("_") || method.endsWith("_out") || COMPUTING.contains(method);
  }

  private static String owner(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String type = frame.getClassName();
      if (type.startsWith(TRAINER) && !type.startsWith(SERVANTS)) {
        String simple = type.substring(type.lastIndexOf('.') + 1);
        int nested = simple.indexOf('$');
        return nested < 0 ? simple : simple.substring(0, nested);
      }
    }
    return "";
  }
}
