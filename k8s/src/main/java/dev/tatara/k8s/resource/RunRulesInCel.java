package dev.tatara.k8s.resource;

import dev.tatara.config.run.ModelSize;
import dev.tatara.config.run.TokenizeConfig;
import dev.tatara.config.strict.Matches;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Those rules of the loader that need more than one value and that an API server can check (CEL),
 * in the loader's words. The loader checks them too, and more: this is for an early answer.
 * Messages tell no numbers of the document: an API server holds turning one into text for too
 * expensive.
 */
final class RunRulesInCel {
  /** An API server admits a rule over the keys of a mapping only if their number is bounded. */
  static final long MOST_NAMES = 64;

  private static final String SIZES = String.join(", ", ModelSize.all().keySet());

  private RunRulesInCel() {}

  /**
   * The rules of a part of the document.
   *
   * @param path as in {@code spec.gate.rules[]}; empty for the whole
   */
  static List<ValidationRule> at(String path) {
    return switch (path) {
      case "" -> List.of(label());
      case "spec" ->
          List.of(
              batch("sft"),
              batch("dpo"),
              rule(
                  "!has(self.pretrain.from) || !has(self.tokenize)"
                      + " || self.tokenize.vocabularySize == "
                      + TokenizeConfig.DEFAULT.vocabularySize(),
                  "tokenize.vocabularySize must be left out beside pretrain.from, because the model"
                      + " brings its own tokenizer"));
      case "spec.clean.quality" ->
          List.of(
              crossed("minWords", "maxWords"), crossed("minMeanWordLength", "maxMeanWordLength"));
      case "spec.mixture" ->
          List.of(
              rule(
                  "size(self) == 0 || self[size(self) - 1].until == '100%'",
                  "until must be 100% in the last phase, so that every step has its weights"));
      case "spec.pretrain" -> pretrain();
      case "spec.pretrain.model" ->
          List.of(
              rule(
                  "self.lowerAscii() in [%s]".formatted(quoted()),
                  "must be one of %s; or give pretrain.dimensions instead".formatted(SIZES)));
      case "spec.pretrain.dimensions" -> dimensions();
      case "spec.gate.rules[]" ->
          List.of(
              rule(
                  "has(self.maxDrop) != has(self.maxRise)",
                  "must have exactly one bound; keep maxDrop where higher is better (acc), maxRise"
                      + " where lower is better (bits_per_byte)"));
      default -> List.of();
    };
  }

  private static ValidationRule label() {
    return rule(
        "self.metadata.name.matches('^(%s)$')".formatted(Matches.LABEL),
        "metadata.name " + Matches.LABEL_RULE);
  }

  private static List<ValidationRule> pretrain() {
    String tokens = Quantities.number("self.tokens");
    String batch = Quantities.number("self.batchTokens");
    return List.of(
        rule(
            "has(self.model) || has(self.dimensions) || has(self.from)",
            "model must be given, or pretrain.dimensions or pretrain.from instead; add model: 1m"
                + " (sizes: %s)".formatted(SIZES)),
        rule(
            "!(has(self.model) && has(self.dimensions))",
            "dimensions must be given alone, because a model has one size; delete one of the two"),
        rule(
            "!has(self.from) || !(has(self.model) || has(self.dimensions))",
            "from must be given alone, because that model has its dimensions already; delete one of"
                + " the two"),
        rule(
            "self.sequenceLength * self.workers < 1"
                + " || %s %% (self.sequenceLength * self.workers) == 0".formatted(batch),
            "batchTokens must be a multiple of sequenceLength times workers"),
        rule(
            "%s >= %s".formatted(tokens, batch),
            "tokens must be enough for one step of batchTokens"));
  }

  /** A divisor of 0 has been refused by its own bound already. */
  private static List<ValidationRule> dimensions() {
    return List.of(
        rule(
            "self.heads < 1 || self.hiddenSize % self.heads == 0",
            "hiddenSize must be a multiple of heads"),
        rule(
            "self.heads < 1 || self.hiddenSize % self.heads != 0"
                + " || self.hiddenSize / self.heads % 2 == 0",
            "hiddenSize must give an even width to each head, because rotary embeddings turn pairs"),
        rule(
            "!has(self.keyValueHeads) || self.keyValueHeads < 1"
                + " || self.heads % self.keyValueHeads == 0",
            "keyValueHeads must divide heads, because each serves equally many"));
  }

  private static ValidationRule batch(String stage) {
    return rule(
        "!has(self.%s) || self.pretrain.workers < 1 || self.%s.batch %% self.pretrain.workers == 0"
            .formatted(stage, stage),
        stage + ".batch must be a multiple of pretrain.workers");
  }

  private static ValidationRule crossed(String low, String high) {
    return rule(
        "self.%s <= self.%s".formatted(low, high),
        "%s must be at most %s, else nothing is kept".formatted(low, high));
  }

  /** What the names of a mapping must match. */
  static ValidationRule wholeNames(String pattern) {
    return rule(
        "self.all(name, name.matches('%s'))".formatted(pattern),
        "must be named by a whole number; write one like 2");
  }

  static ValidationRule rule(String rule, String message) {
    return new ValidationRuleBuilder().withRule(rule).withMessage(message).build();
  }

  private static String quoted() {
    return ModelSize.all().keySet().stream()
        .map("'%s'"::formatted)
        .collect(Collectors.joining(", "));
  }
}
