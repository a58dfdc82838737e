package dev.tatara.evaluator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.evaluator.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CausalModelTest {
  @TempDir Path folder;

  @BeforeAll
  static void prepare() {
    TinyModel.prepareEngine();
  }

  @Test
  void keepsNothingOfABatchAfterItsScope() {
    try (CausalModel model = CausalModel.load(TinyModel.write(folder, 1, 0.1f))) {
      try (NDManager scope = model.newScope()) {
        BaseNDManager weights = (BaseNDManager) scope.getParentManager();
        int before = weights.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
          model.logits(new int[] {1, 2, 3});
          try (KeyValueCache cache = model.newCache();
              NDManager inner = model.newScope()) {
            model.hidden(new int[] {1, 2}, cache, inner);
            model.hidden(new int[] {3}, cache, inner);
          }
        }
        assertThat(weights.getManagedArrays()).hasSize(before);
      }
    }
  }

  @Test
  void givesTheSameBitsAgain() {
    TinyModel.write(folder, 1, 0.1f);
    float[] first;
    try (CausalModel model = CausalModel.load(folder)) {
      first = model.logits(new int[] {5, 6, 7, 8});
    }
    try (CausalModel model = CausalModel.load(folder)) {
      assertThat(model.logits(new int[] {5, 6, 7, 8})).containsExactly(first);
    }
  }

  @Test
  void refusesTokensOutsideOfTheVocabulary() {
    try (CausalModel model = CausalModel.load(TinyModel.write(folder, 1, 0.1f))) {
      assertThatThrownBy(() -> model.logits(new int[] {TinyModel.VOCABULARY}))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("Token 260 is outside of the model's vocabulary of 260");
      assertThatThrownBy(() -> model.logits(new int[TinyModel.MAX_POSITIONS + 1]))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("at most 48");
    }
  }

  @Test
  void saysWhatToTypeWhenTheFolderIsMissing() {
    assertRefused(folder.resolve("nowhere"), "There is no folder", "--model");
  }

  @Test
  void namesTheFileThatIsMissing() throws IOException {
    TinyModel.write(folder, 1, 0.1f);
    Files.delete(folder.resolve("model.safetensors"));
    assertRefused(folder, "has no model.safetensors");
  }

  @Test
  void refusesConfigurationsThatWouldBeComputedOtherwise() throws IOException {
    refuses(config -> config.put("model_type", "mamba"), "model_type is \"mamba\"", "llama, qwen3");
    refuses(config -> config.put("hidden_act", "gelu"), "hidden_act is \"gelu\"", "silu");
    refuses(config -> config.put("attention_bias", true), "attention_bias is true");
    refuses(config -> config.put("num_hidden_layers", 2_000_000), "num_hidden_layers is 2000000");
    refuses(config -> config.put("num_key_value_heads", 3), "a multiple of num_key_value_heads");
    refuses(config -> config.put("hidden_size", 64), "has shape [260, 32]", "[260, 64]");
    refuses(config -> config.put("tie_word_embeddings", false), "no weight lm_head.weight");
    refuses(config -> config.remove("vocab_size"), "vocab_size is ");
    refuses(
        config -> config.putObject("rope_scaling").put("rope_type", "yarn"),
        "rope_type is \"yarn\"");
  }

  private void refuses(Consumer<ObjectNode> change, String... parts) throws IOException {
    TinyModel.write(folder, 1, 0.1f);
    ObjectNode config = TinyModel.config();
    change.accept(config);
    Files.writeString(folder.resolve("config.json"), config.toString());
    assertRefused(folder, parts);
  }

  private static void assertRefused(Path folder, String... parts) {
    assertThatThrownBy(() -> CausalModel.load(folder).close())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }
}
