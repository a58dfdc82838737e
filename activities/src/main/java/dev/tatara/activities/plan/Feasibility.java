package dev.tatara.activities.plan;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.ModelSize;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.PretrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds everything in a plan that cannot work, and the nearest that does. The loader of run
 * documents says the same earlier; a run that was started as JSON meets only this.
 */
final class Feasibility {
  /** The bytes and the special tokens, before any merge. */
  private static final int SMALLEST_VOCABULARY = 260;

  private final List<String> problems = new ArrayList<>();

  private Feasibility() {}

  /**
   * The shape of the model, if the plan can work.
   *
   * @param given of the model to continue from, if the run does
   * @throws InvalidInputException if not, with all reasons
   */
  static ModelShape checked(PipelineSpec spec, Optional<ModelShape> given) {
    Feasibility feasibility = new Feasibility();
    feasibility.vocabulary(spec.tokenize().vocabularySize());
    feasibility.batch(spec.pretrain());
    Optional<ModelShape> shape = feasibility.shape(spec.pretrain(), given);
    shape.ifPresent(feasibility::dimensions);
    feasibility.throwIfAny();
    return shape.orElseThrow();
  }

  private void vocabulary(int size) {
    if (size < SMALLEST_VOCABULARY) {
      problems.add(
          "tokenize.vocabularySize is %d; the 256 bytes and 4 special tokens need at least %d"
              .formatted(size, SMALLEST_VOCABULARY));
    }
  }

  private void batch(PretrainConfig pretrain) {
    int before = problems.size();
    positive("tokens", pretrain.tokens());
    positive("batchTokens", pretrain.batchTokens());
    positive("workers", pretrain.workers());
    positive("sequenceLength", pretrain.sequenceLength());
    positive("microBatch", pretrain.microBatch());
    if (problems.size() > before) {
      return;
    }
    // A micro-batch may be smaller than configured, so only whole samples per rank are needed.
    long unit = (long) pretrain.workers() * pretrain.sequenceLength();
    if (pretrain.batchTokens() % unit != 0) {
      problems.add(
          ("pretrain.batchTokens is %d; it must be a multiple of workers × sequenceLength ="
                  + " %d × %d = %d; the nearest is %d")
              .formatted(
                  pretrain.batchTokens(),
                  pretrain.workers(),
                  pretrain.sequenceLength(),
                  unit,
                  nearestMultiple(pretrain.batchTokens(), unit)));
    }
  }

  private void positive(String key, long value) {
    if (value < 1) {
      problems.add("pretrain.%s is %d; set it to 1 or more".formatted(key, value));
    }
  }

  private Optional<ModelShape> shape(PretrainConfig pretrain, Optional<ModelShape> given) {
    ModelShape dimensions = pretrain.dimensions();
    String name = pretrain.model();
    if (given.isPresent()) {
      if (dimensions != null || name != null) {
        problems.add("pretrain has from beside model or dimensions; leave one of them out");
      }
      return given;
    } else if (dimensions != null && name != null) {
      problems.add("pretrain has both model and dimensions; leave one of them out");
    } else if (dimensions != null) {
      return Optional.of(dimensions);
    } else if (name == null) {
      problems.add("pretrain has neither model nor dimensions nor from; set for example model: 1m");
    } else {
      return named(name);
    }
    return Optional.empty();
  }

  private Optional<ModelShape> named(String name) {
    try {
      return Optional.of(ModelSize.of(name));
    } catch (IllegalArgumentException e) {
      problems.add("pretrain.model " + e.getMessage());
      return Optional.empty();
    }
  }

  private void dimensions(ModelShape shape) {
    if (Stream.of(shape.hiddenSize(), shape.layers(), shape.heads(), shape.intermediateSize())
        .anyMatch(Objects::isNull)) {
      problems.add(
          "pretrain.dimensions is incomplete; give hiddenSize, layers, heads and intermediateSize");
      return;
    }
    int hidden = shape.hiddenSize();
    int heads = shape.heads();
    if (Math.min(Math.min(hidden, heads), Math.min(shape.layers(), shape.keyValueHeads())) < 1
        || shape.intermediateSize() < 1) {
      problems.add("pretrain.dimensions has a number below 1; set all to 1 or more");
      return;
    }
    // Rotary embeddings turn pairs, so a head has an even number of dimensions.
    if (hidden % (2 * heads) != 0) {
      problems.add(
          "pretrain.dimensions.hiddenSize is %d; it must be a multiple of 2 × heads = %d; the nearest is %d"
              .formatted(hidden, 2 * heads, nearestMultiple(hidden, 2L * heads)));
    }
    if (heads % shape.keyValueHeads() != 0) {
      problems.add(
          "pretrain.dimensions.keyValueHeads is %d; it must divide heads (%d); the nearest is %d"
              .formatted(
                  shape.keyValueHeads(), heads, nearestDivisor(shape.keyValueHeads(), heads)));
    }
  }

  private void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new InvalidInputException(
          "The plan cannot work, %d problem(s):\n- %s"
              .formatted(problems.size(), String.join("\n- ", problems)));
    }
  }

  private static long nearestMultiple(long value, long of) {
    return Math.max(1, Math.round((double) value / of)) * of;
  }

  private static int nearestDivisor(int value, int of) {
    int best = 1;
    for (int candidate = 2; candidate <= of; candidate++) {
      if (of % candidate == 0 && Math.abs(candidate - value) < Math.abs(best - value)) {
        best = candidate;
      }
    }
    return best;
  }
}
