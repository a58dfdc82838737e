package dev.tatara.base.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tokenizers of the families of models that can be trained further. */
@Tag("vectors")
class GivenTokenizerVectorsTest {
  @Test
  void everyFamilyIsThere() {
    assertThat(Vectors.given().map(family -> family.getFileName().toString()))
        .contains("smollm", "llama3", "qwen3", "olmo2", "neox");
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#given")
  void encodesAndDecodesLikeTheReference(Path family) {
    Tokenizer tokenizer = Vectors.tokenizer(family);

    List<JsonNode> cases = Vectors.lines(family.resolve("encodings.jsonl"));

    assertThat(cases).hasSizeGreaterThan(100);
    for (JsonNode each : cases) {
      String text = each.get("text").asText();
      int[] plain = Vectors.ints(each.get("plain"));
      int[] special = each.has("special") ? Vectors.ints(each.get("special")) : plain;
      assertThat(tokenizer.encodePlain(text)).as(text).isEqualTo(plain);
      assertThat(tokenizer.encode(text)).as(text).isEqualTo(special);
      assertThat(framed(tokenizer.model(), special))
          .as(text)
          .isEqualTo(each.has("framed") ? Vectors.ints(each.get("framed")) : special);
      assertThat(tokenizer.decode(special)).as(text).isEqualTo(each.path("decoded").asText(text));
    }
  }

  private static int[] framed(TokenizerModel model, int[] ids) {
    return model.beginOfText() == null
        ? ids
        : IntStream.concat(IntStream.of(model.beginOfText()), IntStream.of(ids)).toArray();
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#given")
  void readsWhatItWrites(Path family) {
    TokenizerModel model = TokenizerJson.read(Vectors.bytes(family.resolve("tokenizer.json")));

    assertThat(TokenizerJson.read(TokenizerJson.write(model))).isEqualTo(model);
  }
}
