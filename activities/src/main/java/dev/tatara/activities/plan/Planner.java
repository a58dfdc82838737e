package dev.tatara.activities.plan;

import dev.tatara.activities.model.ModelConfig;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.PretrainConfig;
import dev.tatara.config.task.PlanEstimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Estimates parameters, memory, time and data of the pretraining of a run. */
public final class Planner {
  /**
   * Speed of two ranks of one thread each on a common two-core machine, all ranks together: 11,000
   * tokens per second at 0.9 million parameters, 3 layers of 128 and 256 tokens, as measured.
   */
  public static final double CPU_FLOPS_PER_SECOND =
      11_000 * ModelShape.flopsPerToken(900_000, 3, 128, 256);

  /** Tokens per parameter of a compute-optimal run (Hoffmann et al., arXiv 2203.15556). */
  private static final double COMPUTE_OPTIMAL = 20;

  /**
   * Bytes of source per token, roughly: English takes about 4 bytes, Japanese 3. Packed sources are
   * taken as they are, since markup and compression about cancel out.
   */
  private static final double BYTES_PER_TOKEN = 3.5;

  /**
   * Passes over the data up to which repeated tokens are worth nearly as much as fresh ones
   * (Muennighoff et al., arXiv 2305.16264).
   */
  private static final double WORTHWHILE_EPOCHS = 4;

  private Planner() {}

  /**
   * What pretraining will take.
   *
   * @param given the model to continue from, if the run does
   * @param sourceBytes bytes of all sources as stored
   * @param flopsPerSecond useful speed of all ranks together, for example {@link
   *     #CPU_FLOPS_PER_SECOND}
   * @throws InvalidInputException if the run cannot work; the message lists all reasons, each with
   *     the nearest value that works
   */
  public static PlanEstimate estimate(
      PipelineSpec spec, Optional<ModelConfig> given, long sourceBytes, double flopsPerSecond) {
    PretrainConfig pretrain = spec.pretrain();
    ModelShape shape = Feasibility.checked(spec, given.map(ModelConfig::shape));
    int vocabulary =
        given.map(ModelConfig::vocabularySize).orElse(spec.tokenize().vocabularySize());
    long parameters = shape.parameters(vocabulary);
    long tokens = pretrain.steps() * pretrain.batchTokens();
    double flopsPerToken =
        ModelShape.flopsPerToken(
            parameters,
            shape.layers(),
            shape.heads() * given.map(ModelConfig::headSize).orElse(shape.headSize()),
            pretrain.sequenceLength());
    double flops = flopsPerToken * tokens;
    return new PlanEstimate(
        parameters,
        shape.bodyParameters(),
        pretrain.steps(),
        tokens,
        flopsPerToken,
        flops,
        (double) tokens / parameters,
        Memory.bytesPerRank(pretrain, pretrain.execution(), shape, vocabulary),
        Memory.checkpointBytes(parameters),
        sourceBytes,
        flops / flopsPerSecond,
        flopsPerSecond,
        Stream.concat(
                given.stream().flatMap(model -> heads(model).stream()),
                notes(pretrain, shape, vocabulary, sourceBytes).stream())
            .toList());
  }

  private static Optional<String> heads(ModelConfig model) {
    return model.headSize() == model.shape().headSize()
        ? Optional.empty()
        : Optional.of(
            text(
                "the heads of the model are %d wide; parameters and memory are estimated as if they were %d",
                model.headSize(), model.shape().headSize()));
  }

  private static List<String> notes(
      PretrainConfig pretrain, ModelShape shape, int vocabulary, long sourceBytes) {
    long parameters = shape.parameters(vocabulary);
    long tokens = pretrain.steps() * pretrain.batchTokens();
    List<String> notes = new ArrayList<>();
    notes.add(memory(pretrain, shape, vocabulary));
    notes.add(ratio((double) tokens / parameters, parameters));
    notes.add(supply(tokens, sourceBytes));
    if (pretrain.tokens() < pretrain.batchTokens()) {
      notes.add(
          text(
              "pretrain.tokens (%,d) is less than one global batch (%,d): one step is made",
              pretrain.tokens(), pretrain.batchTokens()));
    } else if (tokens < pretrain.tokens()) {
      notes.add(
          text(
              "%,d of %,d tokens are trained on, since the last batch would not be full",
              tokens, pretrain.tokens()));
    }
    return notes;
  }

  /** What the switches of execution would do. */
  private static String memory(PretrainConfig pretrain, ModelShape shape, int vocabulary) {
    ExecutionConfig chosen = pretrain.execution();
    List<String> choices = new ArrayList<>();
    for (boolean checkpointing : new boolean[] {false, true}) {
      for (int zero = 1; zero <= 3; zero++) {
        ExecutionConfig execution =
            new ExecutionConfig(zero, checkpointing, chosen.precision(), chosen.peakFlops());
        long bytes = Memory.bytesPerRank(pretrain, execution, shape, vocabulary);
        choices.add(
            text(
                "%.0f MB at ZeRO-%d%s",
                bytes / 1e6, zero, checkpointing ? " with activation checkpointing" : ""));
      }
    }
    return text(
        "memory per rank in %s with %d ranks: %s",
        chosen.precision().name().toLowerCase(Locale.ROOT),
        pretrain.workers(),
        String.join(", ", choices));
  }

  private static String ratio(double tokensPerParameter, long parameters) {
    String ratio = text("%.1f tokens per parameter", tokensPerParameter);
    if (tokensPerParameter < COMPUTE_OPTIMAL / 2) {
      return text(
          "%s; about %.0f would be compute-optimal: %,d tokens, or a smaller model",
          ratio, COMPUTE_OPTIMAL, Math.round(COMPUTE_OPTIMAL * parameters));
    }
    return tokensPerParameter > COMPUTE_OPTIMAL * 2
        ? text(
            "%s: more than the compute-optimal %.0f, good for a cheap model in use",
            ratio, COMPUTE_OPTIMAL)
        : text("%s, near the compute-optimal %.0f", ratio, COMPUTE_OPTIMAL);
  }

  private static String supply(long tokens, long sourceBytes) {
    long available = Math.round(sourceBytes / BYTES_PER_TOKEN);
    if (available == 0) {
      return "the sources are empty or of unknown size, so nothing is said about repeated tokens";
    }
    double epochs = (double) tokens / available;
    String about = text("the sources hold roughly %,d tokens", available);
    if (epochs <= 1) {
      return about + ", so none has to be repeated";
    }
    String repeated = text("%s: each is seen %.1f times", about, epochs);
    return epochs <= WORTHWHILE_EPOCHS
        ? repeated
        : text("%s; beyond %.0f times repetition helps little", repeated, WORTHWHILE_EPOCHS);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
