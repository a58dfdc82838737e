package dev.tatara.config.run;

import dev.tatara.config.strict.Nearest;
import dev.tatara.config.strict.Place;
import java.util.Set;

/** Rules of {@code pretrain}: the model's dimensions, and how tokens divide into steps. */
final class PretrainRules {
  private PretrainRules() {}

  static void check(PretrainConfig pretrain, Place at) {
    model(pretrain, at);
    if (pretrain.dimensions() != null) {
      dimensions(pretrain.dimensions(), at.in("dimensions"));
    }
    batch(pretrain, at);
    steps(pretrain, at);
  }

  private static void model(PretrainConfig pretrain, Place at) {
    if (!at.clear("model", "dimensions", "from")) {
      return;
    }
    if (pretrain.from() != null) {
      alone(pretrain, at);
      return;
    }
    String sizes = String.join(", ", ModelSize.all().keySet());
    String model = pretrain.model();
    if (model == null && pretrain.dimensions() == null) {
      at.reject(
          "model",
          "is missing",
          "must be given, or pretrain.dimensions or pretrain.from instead",
          "add model: 1m (sizes: %s)".formatted(sizes));
    } else if (model != null && pretrain.dimensions() != null) {
      at.reject(
          "dimensions",
          "is given beside model: " + model,
          "must be given alone, because a model has one size",
          "delete one of the two");
    } else if (model != null && !ModelSize.knows(model)) {
      Set<String> known = ModelSize.all().keySet();
      at.reject(
          "model",
          "is \"%s\"".formatted(model),
          "must be one of " + sizes,
          "write %s, or give pretrain.dimensions instead"
              .formatted(Nearest.to(model, known).orElse("one of these")));
    }
  }

  private static void alone(PretrainConfig pretrain, Place at) {
    String beside = pretrain.model() != null ? "model" : "dimensions";
    if (pretrain.model() != null || pretrain.dimensions() != null) {
      at.reject(
          "from",
          "is given beside " + beside,
          "must be given alone, because that model has its dimensions already",
          "delete one of the two");
    }
  }

  private static void dimensions(ModelShape shape, Place at) {
    if (at.clear("hiddenSize", "heads")) {
      if (shape.hiddenSize() % shape.heads() != 0) {
        at.reject(
            "hiddenSize",
            "is " + shape.hiddenSize(),
            "must be a multiple of heads (%d)".formatted(shape.heads()),
            "write " + nearestMultiple(shape.hiddenSize(), shape.heads()));
      } else if (shape.headSize() % 2 != 0) {
        at.reject(
            "hiddenSize",
            "gives each of %d heads a width of %d".formatted(shape.heads(), shape.headSize()),
            "must give an even width, because rotary embeddings turn pairs",
            "write " + nearestMultiple(shape.hiddenSize(), 2 * shape.heads()));
      }
    }
    if (at.clear("heads", "keyValueHeads") && shape.heads() % shape.keyValueHeads() != 0) {
      at.reject(
          "keyValueHeads",
          "is " + shape.keyValueHeads(),
          "must divide heads (%d), because each serves equally many".formatted(shape.heads()),
          "write " + nearestDivisor(shape.heads(), shape.keyValueHeads()));
    }
  }

  private static void batch(PretrainConfig pretrain, Place at) {
    if (!at.clear("batchTokens", "sequenceLength", "workers")) {
      return;
    }
    long tokens = pretrain.batchTokens();
    int length = pretrain.sequenceLength();
    int workers = pretrain.workers();
    String remedy = "write " + nearestMultiple(tokens, (long) length * workers);
    if (tokens % length != 0) {
      at.reject(
          "batchTokens",
          "is " + tokens,
          "must be a multiple of sequenceLength (%d)".formatted(length),
          remedy);
    } else if (tokens / length % workers != 0) {
      at.reject(
          "batchTokens",
          "is %d, which is %d samples of %d tokens".formatted(tokens, tokens / length, length),
          "must be a number of samples that divides among the %d workers".formatted(workers),
          remedy);
    }
  }

  private static void steps(PretrainConfig pretrain, Place at) {
    if (!at.clear("tokens", "batchTokens")) {
      return;
    }
    long tokens = pretrain.tokens();
    long batch = pretrain.batchTokens();
    if (tokens < batch) {
      at.reject(
          "tokens",
          "is " + tokens,
          "must be enough for one step of batchTokens (%d)".formatted(batch),
          "write %d or more, or make batchTokens smaller".formatted(batch));
    } else if (tokens / batch > Integer.MAX_VALUE) {
      at.reject(
          "batchTokens",
          "is %d, which makes %d steps of %d tokens".formatted(batch, tokens / batch, tokens),
          "must make at most %d steps".formatted(Integer.MAX_VALUE),
          "make it larger");
    }
  }

  /** The multiple of a number that is nearest to a value, at least the number itself. */
  static long nearestMultiple(long value, long of) {
    return Math.max(1, (value + of / 2) / of) * of;
  }

  private static int nearestDivisor(int number, int wanted) {
    int nearest = 1;
    for (int divisor = 1; divisor <= number; divisor++) {
      if (number % divisor == 0 && Math.abs(divisor - wanted) < Math.abs(nearest - wanted)) {
        nearest = divisor;
      }
    }
    return nearest;
  }
}
