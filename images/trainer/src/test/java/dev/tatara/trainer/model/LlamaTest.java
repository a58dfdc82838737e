package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.ones_like;

import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.trainer.tensor.Engine;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
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
    long[] ids = new long[2 * 19];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (i * 7L) % 61;
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor tokens = Tensor.create(ids).view(2, 19);
      String done =
          model.train(
              tokens,
              null,
              hidden -> {
                assertThat(hidden.requires_grad()).isFalse();
                return new Learning.Direction<>(ones_like(hidden).addcmul_(hidden, hidden), "done");
              });
      assertThat(done).isEqualTo("done");
      ParameterLayout layout = model.parameters().layout();
      float[] values = new float[(int) layout.size()];
      for (ParameterLayout.Unit unit : layout.units()) {
        new FloatPointer(model.parameters().gradients(unit.number()).data_ptr())
            .get(values, (int) unit.begin(), (int) unit.size());
      }
      return values;
    }
  }
}
