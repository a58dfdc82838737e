package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.ones_like;

import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.trainer.tensor.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way forward and back through a model, unit by unit. */
final class LlamaTest {
  private static final int LAYERS = 2;

  @BeforeAll
  static void startEngine() {
    Engine.start(System.getenv());
  }

  @ParameterizedTest
  @EnumSource
  void computingActivationsAgainChangesNoBitOfTheGradient(Family family) {
    float[] kept = gradients(model(family, execution(false)));
    float[] again = gradients(model(family, execution(true)));
    assertThat(again).isEqualTo(kept).hasSizeGreaterThan(1000);
    assertThat(kept).doesNotContain(Float.NaN);
  }

  @Test
  void visitorIsToldOfEachUnitOnceEachWay() {
    Llama model = model(Family.LLAMA, ExecutionConfig.DEFAULT);
    List<String> seen = new ArrayList<>();
    model.visitedBy(
        new BlockVisitor() {
          @Override
          public void enter(int unit, boolean backward) {
            seen.add((backward ? "<" : ">") + unit);
          }

          @Override
          public void leave(int unit, boolean backward) {
            seen.add((backward ? "</" : ">/") + unit);
          }
        });
    gradients(model);
    assertThat(String.join(" ", seen))
        .isEqualTo(">0 >/0 >1 >/1 >2 >/2 >3 >/3 <3 </3 <2 </2 <1 </1 <0 </0");
  }

  @ParameterizedTest
  @EnumSource
  void packedDocumentsLearnWhatTheyLearnAlone(Family family) {
    Llama packed = model(family, ExecutionConfig.DEFAULT);
    long[] ids = ids();
    learn(packed, ids, 2, new DocumentMask(List.of(List.of(5, 1, 13), List.of(12, 7))));
    Llama alone = model(family, ExecutionConfig.DEFAULT);
    int begin = 0;
    for (int length : List.of(5, 1, 13, 12, 7)) {
      learn(alone, Arrays.copyOfRange(ids, begin, begin + length), 1, null);
      begin += length;
    }
    assertClose(values(packed), values(alone));
  }

  @Test
  void documentEndsWithItsEndOfText() {
    long[] ids = {5, 0, 7, 8, 9, /* target */ 3, 0, 4, 4, 0, 0, /* target */ 6};
    assertThat(DocumentMask.endingWith(0, ids, 6, 5).rows())
        .containsExactly(List.of(2, 3), List.of(1, 3, 1));
  }

  @Test
  void derivedWayBackIsThatOfAutograd() {
    float[] derived = gradients(model(Family.LLAMA, ExecutionConfig.DEFAULT));
    Llama model = model(Family.LLAMA, ExecutionConfig.DEFAULT);
    try (PointerScope scope = new PointerScope()) {
      Tensor hidden = last(model.states(Tensor.create(ids()).view(2, 19)));
      hidden.backward(
          slope(hidden.detach()), new BoolOptional(), false, new TensorArrayRefOptional());
    }
    assertClose(derived, values(model));
  }

  /** Within 1e-6 of the largest: elements that nearly cancel have no digits of their own. */
  private static void assertClose(float[] found, float[] expected) {
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-6f * largest));
    }
  }

  @ParameterizedTest
  @EnumSource
  void bfloat16IsNearThirtyTwoBits(Family family) {
    float[] whole = gradients(model(family, ExecutionConfig.DEFAULT));
    float[] half =
        gradients(
            model(family, new ExecutionConfig(1, false, ExecutionConfig.Precision.BF16, 1e12)));
    double difference = 0;
    double size = 0;
    for (int i = 0; i < whole.length; i++) {
      difference += Math.pow(half[i] - whole[i], 2);
      size += Math.pow(whole[i], 2);
    }
    assertThat(Math.sqrt(difference / size)).isBetween(1e-5, 0.05);
  }

  private static Tensor last(List<Tensor> states) {
    return states.get(states.size() - 1);
  }

  private static ExecutionConfig execution(boolean checkpointing) {
    return new ExecutionConfig(1, checkpointing, ExecutionConfig.Precision.FP32, null);
  }

  private static Llama model(Family family, ExecutionConfig execution) {
    HuggingFaceConfig config =
        new HuggingFaceConfig(
            family, 61, 32, LAYERS, 4, 2, 8, 48, 64, 1e-5, 10_000, null, false, 0, 0, 0, null);
    Parameters parameters = Parameters.trainable(ParameterLayout.of(config), Sharding.NONE);
    Initialization.fill(parameters, config, 3);
    return new Llama(config, parameters, 64, execution);
  }

  private static float[] gradients(Llama model) {
    learn(model, ids(), 2, null);
    return values(model);
  }

  private static long[] ids() {
    long[] ids = new long[2 * 19];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i * 7L) % 61;
    }
    return ids;
  }

  private static Tensor slope(Tensor hidden) {
    return ones_like(hidden).addcmul_(hidden, hidden);
  }

  private static void learn(Llama model, long[] ids, int rows, @Nullable DocumentMask documents) {
    try (PointerScope scope = new PointerScope()) {
      Tensor tokens = Tensor.create(ids).view(rows, -1);
      String done =
          model.train(
              tokens,
              documents,
              hidden -> {
                assertThat(hidden.requires_grad()).isFalse();
                return new Learning.Direction<>(slope(hidden), "done");
              });
      assertThat(done).isEqualTo("done");
    }
  }

  private static float[] values(Llama model) {
    ParameterLayout layout = model.parameters().layout();
    float[] values = new float[(int) layout.size()];
    for (ParameterLayout.Unit unit : layout.units()) {
      new FloatPointer(model.parameters().gradients(unit.number()).data_ptr())
          .get(values, (int) unit.begin(), (int) unit.size());
    }
    assertThat(values).hasSizeGreaterThan(1000).doesNotContain(Float.NaN);
    return values;
  }
}
