package dev.tatara.base.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.tokenizer.TokenizerModel.Merge;
import dev.tatara.config.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("vectors")
class TokenizerVectorsTest {
  private static TokenizerModel trained(Path variant) {
    TokenizerModel given = TokenizerJson.read(Vectors.bytes(variant.resolve("tokenizer.json")));
    PreTokenCounter counter = new PreTokenCounter(given.preTokenizer(), given.form());
    counter.add(Vectors.text(Vectors.folder().resolve("train_en.txt")));
    counter.add(Vectors.text(Vectors.folder().resolve("train_ja.txt")));
    return BpeTrainer.train(
        counter.counts(), given.vocabulary().size(), given.preTokenizer(), given.form());
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#variants")
  void learnsTheMergesAndTheVocabularyOfTheReference(Path variant) {
    TokenizerModel model = trained(variant);

    assertThat(model.merges()).isEqualTo(merges(variant));
    JsonNode vocabulary = Json.tree(Vectors.bytes(variant.resolve("vocab.json")));
    assertThat(model.vocabulary()).hasSize(vocabulary.size());
    for (int id = 0; id < model.vocabulary().size(); id++) {
      assertThat(vocabulary.get(model.vocabulary().get(id)).asInt()).isEqualTo(id);
    }
  }

  private static List<Merge> merges(Path variant) {
    return Vectors.text(variant.resolve("merges.txt"))
        .lines()
        .skip(1)
        .map(line -> line.split(" ", 2))
        .map(pair -> new Merge(pair[0], pair[1]))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#variants")
  void writesTheFileOfTheReferenceByteForByte(Path variant) {
    assertThat(new String(TokenizerJson.write(trained(variant)), StandardCharsets.UTF_8))
        .isEqualTo(Vectors.text(variant.resolve("tokenizer.json")));
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#variants")
  void encodesAndDecodesLikeTheReference(Path variant) {
    Tokenizer tokenizer = Vectors.tokenizer(variant);

    List<JsonNode> cases = Vectors.lines(variant.resolve("encodings.jsonl"));

    assertThat(cases).isNotEmpty();
    for (JsonNode each : cases) {
      String text = each.get("text").asText();
      int[] ids = tokenizer.encode(text);
      assertThat(ids).as(text).isEqualTo(Vectors.ints(each.get("ids")));
      assertThat(tokenizer.decode(ids))
          .as(text)
          .isEqualTo(each.get("decoded_skip_special_false").asText());
      assertThat(preTokens(tokenizer.model(), text)).as(text).isEqualTo(expectedPreTokens(each));
    }
  }

  private static List<String> preTokens(TokenizerModel model, String text) {
    return model.preTokenizer().split(model.form().of(BrokenText.wellFormed(text))).stream()
        .map(TokenizerVectorsTest::symbols)
        .toList();
  }

  private static String symbols(String preToken) {
    StringBuilder symbols = new StringBuilder();
    for (byte value : preToken.getBytes(StandardCharsets.UTF_8)) {
      symbols.append(ByteSymbols.of(value & 0xFF));
    }
    return symbols.toString();
  }

  private static List<String> expectedPreTokens(JsonNode each) {
    return each.get("pretokens").valueStream().map(JsonNode::asText).collect(Collectors.toList());
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#variants")
  void replacesBrokenUtf8LikeTheReference(Path variant) {
    Tokenizer tokenizer = Vectors.tokenizer(variant);

    List<JsonNode> cases = Vectors.lines(variant.resolve("invalid_utf8.jsonl"));

    assertThat(cases).isNotEmpty();
    for (JsonNode each : cases) {
      int[] ids = Vectors.ints(each.get("byte_token_ids"));
      byte[] raw = HexFormat.of().parseHex(each.get("bytes_hex").asText());
      assertThat(tokenizer.decodeBytes(ids)).isEqualTo(raw);
      assertThat(tokenizer.decode(ids)).isEqualTo(each.get("decode_of_byte_tokens").asText());
      assertThat(tokenizer.encode(each.get("input_text_errors_replace").asText()))
          .isEqualTo(Vectors.ints(each.get("encode_of_replaced_text")));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.tatara.base.tokenizer.Vectors#variants")
  void compressesTheSampleLikeTheReference(Path variant) {
    JsonNode summary = Json.tree(Vectors.bytes(Vectors.folder().resolve("summary.json")));
    JsonNode expected = summary.get(variant.getFileName().toString()).get("compression_sample");
    String sample = Vectors.text(Vectors.folder().resolve("compression_sample.txt"));

    int[] ids = Vectors.tokenizer(variant).encode(sample);

    assertThat(ids).hasSize(expected.get("tokens").asInt());
    ByteBuffer packed = ByteBuffer.allocate(ids.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(ids).forEach(packed::putInt);
    assertThat(Json.sha256(packed.array()))
        .isEqualTo(expected.get("sha256_of_ids_le_u32").asText());
  }
}
