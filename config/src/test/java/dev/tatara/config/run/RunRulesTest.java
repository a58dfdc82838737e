package dev.tatara.config.run;

import static dev.tatara.config.run.RunTexts.problems;
import static dev.tatara.config.run.RunTexts.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule that a run document can break, and the sentence that the user reads. */
class RunRulesTest {
  @Test
  void acceptsASoundDocument() {
    assertThatCode(() -> RunFile.parse(RunTexts.SOUND, "run.yaml")).doesNotThrowAnyException();
  }

  @Test
  void wantsTheApiVersionThatItKnows() {
    assertThat(problems(with("tatara.dev/v1alpha1", "tatara.dev/v2")))
        .containsExactly(
            "apiVersion (line 1) is the text \"tatara.dev/v2\", but must be tatara.dev/v1alpha1;"
                + " write, for example, tatara.dev/v1alpha1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tiny", "tiny-", "-tiny", "ti ny", "tiny.run", "ti_ny"})
  void wantsANameThatKubernetesWouldTake(String name) {
    assertThat(problems(with("name: tiny", "name: \"" + name + "\"")))
        .containsExactly(
            ("metadata.name (line 4) is the text \"%s\", but must be 1 to 63 lower-case letters,"
                    + " digits and hyphens, with no hyphen at either end; write, for example, my-run")
                .formatted(name));
  }

  @Test
  void countsTheLettersOfAName() {
    assertThat(problems(with("name: tiny", "name: " + "x".repeat(64)))).hasSize(1);
    assertThatCode(() -> RunFile.parse(with("name: tiny", "name: " + "x".repeat(63)), "run.yaml"))
        .doesNotThrowAnyException();
  }

  @Test
  void wantsASource() {
    String none = RunTexts.SOUND.replaceFirst("(?s)sources:.*?clean:", "sources: []\n  clean:");

    assertThat(problems(none))
        .containsExactly(
            "spec.collect.sources (line 8) is an empty list, but must have items; begin each item"
                + " with \"- \", indented");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://x.org/a",
        "web.warc.gz",
        "file:",
        "file:a/",
        "file://host/a",
        "s3://bucket",
        "ftp://x/y"
      })
  void wantsAUriThatItCanRead(String uri) {
    assertThat(problems(with("file:web.warc.gz", "\"" + uri + "\"")))
        .containsExactly(
            ("spec.collect.sources[0].uri (line 10) is the text \"%s\", but must be file:PATH,"
                    + " s3://BUCKET/KEY or https://HOST/PATH; write, for example, file:data/*.jsonl.gz")
                .formatted(uri));
  }

  @Test
  void allowsAStarInTheLastPartOnly() {
    assertThat(problems(with("file:web.warc.gz", "file:*/web.warc.gz")))
        .containsExactly(
            "spec.collect.sources[0].uri (line 10) has a * before the last /, but must have it in"
                + " the last part only; write one source per folder");
  }

  @Test
  void allowsNoStarOnTheWeb() {
    assertThat(problems(with("file:web.warc.gz", "https://example.org/*.warc.gz")))
        .containsExactly(
            "spec.collect.sources[0].uri (line 10) has a *, but must name one file, because a web"
                + " server does not list its files; write one source per file");
  }

  @Test
  void wantsALicence() {
    assertThat(problems(with("license: CC-BY-4.0", "license: \" \"")))
        .containsExactly(
            "spec.collect.sources[0].license (line 12) is the text \" \", but must name the"
                + " licence; write, for example, CC-BY-4.0");
  }

  @Test
  void wantsSourcesOfDifferentNames() {
    assertThat(problems(with("name: books", "name: web")))
        .containsExactly(
            "spec.collect.sources[1].name (line 13) is \"web\", as is sources[0], but must be"
                + " different from the other names of this list; write another, for example web-2");
  }

  @Test
  void wantsTasksOfDifferentNames() {
    String twice =
        with(
            "      - {name: csqa, uri: \"file:csqa.jsonl\", format: commonsenseqa}\n",
            "      - {name: csqa, uri: \"file:csqa.jsonl\", format: commonsenseqa}\n".repeat(2));

    assertThat(problems(twice))
        .containsExactly(
            "spec.evaluate.tasks[1].name (line 41) is \"csqa\", as is tasks[0], but must be"
                + " different from the other names of this list; write another, for example csqa-2");
  }

  @Test
  void wantsAModelOrDimensions() {
    assertThat(problems(with("    model: 1m\n", "")))
        .containsExactly(
            "spec.pretrain.model (line 24) is missing, but must be given, or pretrain.dimensions"
                + " or pretrain.from instead; add model: 1m (sizes: nano, 1m, 4m, 15m, 42m, 124m, 350m, 1b, 7b)");
  }

  @Test
  void refusesAModelBesideDimensions() {
    assertThat(problems(with("model: 1m", "model: 1m\n    " + dimensions(64, 2, 2))))
        .containsExactly(
            "spec.pretrain.dimensions (line 26) is given beside model: 1m, but must be given alone,"
                + " because a model has one size; delete one of the two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:models/tiny", "file:../tiny", "file:///tiny", "s3://bucket/tiny"})
  void takesAFolderInsteadOfAModel(String from) {
    assertThatCode(() -> RunFile.parse(with("model: 1m", "from: \"" + from + "\""), "run.yaml"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"models/tiny", "file:tiny/", "file:models/*", "s3://bucket", "https://x.org/tiny"})
  void wantsAFolderThatItCanList(String from) {
    assertThat(problems(with("model: 1m", "from: \"" + from + "\"")))
        .containsExactly(
            ("spec.pretrain.from (line 25) is the text \"%s\", but must be a folder, file:PATH or"
                    + " s3://BUCKET/KEY, with neither a * nor a / at the end; write, for example,"
                    + " file:models/llama")
                .formatted(from));
  }

  @Test
  void refusesAFolderBesideAModel() {
    assertThat(problems(with("model: 1m", "model: 1m\n    from: file:tiny")))
        .containsExactly(
            "spec.pretrain.from (line 26) is given beside model, but must be given alone, because"
                + " that model has its dimensions already; delete one of the two");
    assertThat(problems(with("model: 1m", "from: file:tiny\n    " + dimensions(64, 2, 2))))
        .containsExactly(
            "spec.pretrain.from (line 25) is given beside dimensions, but must be given alone,"
                + " because that model has its dimensions already; delete one of the two");
  }

  @Test
  void refusesASizeOfVocabularyThatAGivenModelDecides() {
    String sized =
        with(
            "pretrain:\n    model: 1m",
            "tokenize: {vocabularySize: 500}\n  pretrain:\n    from: file:tiny");

    assertThat(problems(sized))
        .containsExactly(
            "spec.tokenize.vocabularySize (line 24) is 500 beside pretrain.from, but must be left"
                + " out, because the model brings its own tokenizer; delete it");
  }

  @Test
  void namesTheModelThatWasMeant() {
    assertThat(problems(with("model: 1m", "model: 14m")))
        .containsExactly(
            "spec.pretrain.model (line 25) is \"14m\", but must be one of nano, 1m, 4m, 15m, 42m,"
                + " 124m, 350m, 1b, 7b; write 1m, or give pretrain.dimensions instead");
  }

  @Test
  void pointsToDimensionsWhenNoModelIsNear() {
    assertThat(problems(with("model: 1m", "model: enormous")))
        .containsExactly(
            "spec.pretrain.model (line 25) is \"enormous\", but must be one of nano, 1m, 4m, 15m,"
                + " 42m, 124m, 350m, 1b, 7b; write one of these, or give pretrain.dimensions instead");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "100 | 3 | 1 | hiddenSize (line 25) is 100, but must be a multiple of heads (3); write 99",
        "66 | 2 | 1 | hiddenSize (line 25) gives each of 2 heads a width of 33, but must give an"
            + " even width, because rotary embeddings turn pairs; write 68",
        "64 | 4 | 3 | keyValueHeads (line 25) is 3, but must divide heads (4), because each serves"
            + " equally many; write 2",
      })
  void wantsDimensionsThatDivide(int hidden, int heads, int keyValueHeads, String problem) {
    assertThat(problems(with("model: 1m", dimensions(hidden, heads, keyValueHeads))))
        .containsExactly("spec.pretrain.dimensions." + problem);
  }

  @Test
  void takesAsManyKeyValueHeadsAsHeadsWhenLeftOut() {
    String yaml = with("model: 1m", dimensions(64, 4, 2).replace(", keyValueHeads: 2", ""));

    ModelShape shape = RunFile.parse(yaml, "run.yaml").spec().pretrain().dimensions();

    assertThat(shape).isNotNull().extracting(ModelShape::keyValueHeads).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8000 | is 8000, but must be a multiple of sequenceLength (256); write 8192",
        "100 | is 100, but must be a multiple of sequenceLength (256); write 512",
        "768 | is 768, which is 3 samples of 256 tokens, but must be a number of samples that"
            + " divides among the 2 workers; write 1024",
      })
  void wantsABatchThatDividesAmongTheWorkers(long batchTokens, String problem) {
    assertThat(problems(with("batchTokens: 8192", "batchTokens: " + batchTokens)))
        .containsExactly("spec.pretrain.batchTokens (line 29) " + problem);
  }

  @Test
  void wantsTokensForOneStep() {
    assertThat(problems(with("tokens: 100k", "tokens: 8k")))
        .containsExactly(
            "spec.pretrain.tokens (line 26) is 8000, but must be enough for one step of batchTokens"
                + " (8192); write 8192 or more, or make batchTokens smaller");
  }

  @Test
  void wantsFewerStepsThanAnIntegerHolds() {
    assertThat(problems(with("tokens: 100k", "tokens: 20000b")))
        .containsExactly(
            "spec.pretrain.batchTokens (line 29) is 8192, which makes 2441406250 steps of"
                + " 20000000000000 tokens, but must make at most 2147483647 steps; make it larger");
  }

  @ParameterizedTest
  @CsvSource({"sft, 16, 15, 31, 16", "dpo, 8, 1, 35, 2"})
  void wantsChatsAndPairsThatDivideAmongTheWorkers(
      String stage, int sound, int batch, int line, int remedy) {
    assertThat(problems(with("batch: " + sound + "\n", "batch: " + batch + "\n")))
        .containsExactly(
            "spec.%s.batch (line %d) is %d, but must be a multiple of pretrain.workers (2); write %d"
                .formatted(stage, line, batch, remedy));
  }

  @Test
  void wantsDataForEveryStageThatIsThere() {
    String none = RunTexts.SOUND.replaceFirst("(?s)  sft:.*?  dpo:", "  sft: {}\n  dpo:");

    assertThat(problems(none))
        .containsExactly(
            "spec.sft.data (line 30) is missing, but must be given; add \"data:\" with its items,"
                + " each beginning with \"- \"");
  }

  @Test
  void takesDpoWithoutSft() {
    String yaml = RunTexts.SOUND.replaceFirst("(?s)  sft:.*?  dpo:", "  dpo:");

    assertThat(RunFile.parse(yaml, "run.yaml").spec().sft()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"299, at least 300 and at most 1000000", "1000001, at least 300 and at most 1000000"})
  void wantsAVocabularyThatMakesSense(int size, String rule) {
    assertThat(
            problems(
                with("  mixture:", "  tokenize: {vocabularySize: %d}\n  mixture:".formatted(size))))
        .containsExactly(
            "spec.tokenize.vocabularySize (line 19) is %d, but must be %s; write a number in this range"
                .formatted(size, rule));
  }

  @Test
  void wantsSharesBetweenNoneAndAll() {
    assertThat(
            problems(
                with("languages: [en, ja]", "languages: [en, ja]\n    languageConfidence: 65")))
        .containsExactly(
            "spec.clean.languageConfidence (line 19) is 65, but must be at least 0 and at most 1;"
                + " write a number in this range");
  }

  @Test
  void wantsLowerBoundsBelowUpperOnes() {
    assertThat(
            problems(
                with(
                    "languages: [en, ja]",
                    "languages: [en, ja]\n    quality: {minWords: 9, maxWords: 8,"
                        + " minMeanWordLength: 20}")))
        .containsExactly(
            "spec.clean.quality.minWords (line 19) is 9, but must be at most maxWords (8), else"
                + " nothing is kept; write a smaller number, or a larger maxWords",
            "spec.clean.quality.minMeanWordLength (line 19) is 20.0, but must be at most"
                + " maxMeanWordLength (10.0), else nothing is kept; write a smaller number, or a"
                + " larger maxMeanWordLength");
  }

  private static String dimensions(int hidden, int heads, int keyValueHeads) {
    return "dimensions: {hiddenSize: %d, layers: 2, heads: %d, keyValueHeads: %d, intermediateSize: 96}"
        .formatted(hidden, heads, keyValueHeads);
  }

  @Test
  void wantsABudgetAboveZero() {
    assertThat(problems(RunTexts.SOUND + "  budget: {rankHours: 0}\n"))
        .containsExactly(
            "spec.budget.rankHours (line 44) is 0, but must be above 0 and at most 1000000000;"
                + " write a number in this range");
    assertThat(problems(RunTexts.SOUND + "  budget: {}\n"))
        .singleElement()
        .asString()
        .contains("rankHours");
  }

  @Test
  void knowsTwoWordsForApproval() {
    assertThat(problems(RunTexts.SOUND + "    approval: requird\n"))
        .singleElement()
        .asString()
        .contains("spec.gate.approval (line 44)")
        .contains("required");
    assertThat(RunFile.parse(RunTexts.SOUND, "run.yaml").spec().gate().approval())
        .isEqualTo(GateConfig.Approval.NONE);
  }
}
