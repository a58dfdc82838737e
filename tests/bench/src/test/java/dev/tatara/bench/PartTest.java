package dev.tatara.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a moment of a step is counted as. */
final class PartTest {
  private static final int NATIVE = -2;

  @Test
  void productsAreProductsWhoeverNeedsThem() {
    assertThat(
            Part.of(
                stack("dnnl_sgemm", "tensor.MatrixProduct.set", "objective.OutputLayer.backward")))
        .isEqualTo(Part.PRODUCTS);
  }

  @Test
  void kernelsBelongToTheClassThatAsksForThem() {
    assertThat(Part.of(stack("callBoxed", "tensor.Operator.call", "model.Attention.mix")))
        .isEqualTo(Part.ATTENTION);
    assertThat(Part.of(stack("callBoxed", "optimizer.AdamW.update"))).isEqualTo(Part.OPTIMIZER);
    assertThat(Part.of(stack("mul_out", "model.Normed.back", "model.LlamaBlock.projectBack")))
        .isEqualTo(Part.NORMS);
    assertThat(Part.of(stack("silu_out", "model.LlamaBlock.feed"))).isEqualTo(Part.SWIGLU);
    assertThat(Part.of(stack("embedding", "model.Llama$Inner.embed"))).isEqualTo(Part.EMBEDDING);
    assertThat(Part.of(stack("mul_", "model.Turning.multiply"))).isEqualTo(Part.ROTARY);
  }

  @Test
  void viewsAndHandlesAreJniWhereverTheyAreMade() {
    assertThat(Part.of(stack("narrow", "model.Normed.of"))).isEqualTo(Part.JNI);
    assertThat(Part.of(stack("deallocate", "objective.NextToken.accumulate"))).isEqualTo(Part.JNI);
    assertThat(Part.of(stack("callBoxed", "tensor.Operator.call", "model.Turning.asComplex")))
        .isEqualTo(Part.JNI);
  }

  @Test
  void whatIsOutsideNativeMethodsIsJava() {
    assertThat(
            Part.of(
                new StackTraceElement[] {
                  new StackTraceElement("java.util.TreeMap", "get", "TreeMap.java", 1)
                }))
        .isEqualTo(Part.JAVA);
    assertThat(Part.of(stack("mul_", "Validation.sums"))).isEqualTo(Part.OTHER);
  }

  /** A native method, and who called it; classes without {@code dev.tatara.trainer}. */
  private static StackTraceElement[] stack(String method, String... callers) {
    return Stream.concat(
            Stream.of(
                new StackTraceElement(
                    "org.bytedeco.pytorch.Tensor", method, "Tensor.java", NATIVE)),
            Stream.of(callers).map(PartTest::frame))
        .toArray(StackTraceElement[]::new);
  }

  private static StackTraceElement frame(String caller) {
    int dot = caller.lastIndexOf('.');
    return new StackTraceElement(
        "dev.tatara.trainer." + caller.substring(0, dot), caller.substring(dot + 1), "X.java", 1);
  }
}
