package dev.tatara.trainer;

import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.ChatRow;
import dev.tatara.base.token.PairRow;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Initialization;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.objective.AssistantTokens;
import dev.tatara.trainer.objective.NextToken;
import dev.tatara.trainer.objective.Objective;
import dev.tatara.trainer.objective.Preferences;
import dev.tatara.trainer.order.HeldOut;
import dev.tatara.trainer.order.SampleOrder;
import dev.tatara.trainer.order.TokenWindows;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * Who learns what.
 *
 * @param begin fills the model with the weights that the task begins with; not called where a
 *     checkpoint has others, and again where training begins anew
 * @param consumed tokens that the samples from one index up to another bring in, by {@code
 *     source.NAME} and {@code language.NAME}; empty where the data have no sources
 * @param heldOut text to validate on
 */
record Curriculum(
    Llama model, Objective objective, Runnable begin, Consumed consumed, List<HeldOut> heldOut) {
  /** A model without its first weights, and how it comes by them. */
  private record Beginner(Llama model, Runnable begin) {}

  /** Counts tokens between two indices of the global order. */
  @FunctionalInterface
  interface Consumed {
    SortedMap<String, Long> between(long from, long to);
  }

  /** Reads the inputs of the task. */
  static Curriculum of(
      TrainTask task, Sharding sharding, Artifacts artifacts, SpecialTokens special, Path cache) {
    return switch (task.stage()) {
      case PRETRAIN -> pretrain(task, sharding, artifacts, special, cache);
      case SFT -> sft(task, sharding, artifacts);
      case DPO -> dpo(task, sharding, artifacts);
      default ->
          throw new InvalidInputException(
              "The task document is wrong: stage is %s; the trainer knows %s, %s and %s"
                  .formatted(task.stage().word(), Stage.PRETRAIN, Stage.SFT, Stage.DPO));
    };
  }

  private static Curriculum pretrain(
      TrainTask task, Sharding sharding, Artifacts artifacts, SpecialTokens special, Path cache) {
    TokenWindows windows =
        new TokenWindows(
            artifacts,
            TaskInputs.require(task, "tokens"),
            task.sequenceLength(),
            cache.resolve("tokens"));
    long samples = (long) task.steps() * task.batch();
    SampleOrder order = SampleOrder.of(task.seed(), windows.streams(), task.mixture(), samples);
    Beginner beginner =
        task.inputs().containsKey("model")
            ? given(task, sharding, artifacts, windows)
            : fresh(task, sharding, windows, special);
    return new Curriculum(
        beginner.model(),
        new NextToken(
            (index, target, at) -> windows.read(order.sample(index), target, at),
            task.sequenceLength(),
            task.loss().zLoss(),
            task.loss().documentMask() ? windows.index().endOfText() : null),
        beginner.begin(),
        (from, to) -> windows.tokens(order.count(from, to)),
        windows.heldOut(task.validation().tokens()));
  }

  private static Beginner fresh(
      TrainTask task, Sharding sharding, TokenWindows windows, SpecialTokens special) {
    int endOfText = windows.index().endOfText();
    HuggingFaceConfig config =
        HuggingFaceConfig.fresh(
            Objects.requireNonNull(task.model()),
            windows.index().vocabularySize(),
            task.sequenceLength(),
            endOfText,
            special.id(SpecialTokens.PADDING).orElse(endOfText));
    Parameters parameters = Parameters.trainable(ParameterLayout.of(config), sharding);
    return new Beginner(
        new Llama(config, parameters, task.sequenceLength(), task.execution()),
        () -> Initialization.fill(parameters, config, task.seed()));
  }

  /** A model from elsewhere: it may have more tokens than its tokenizer, never fewer. */
  private static Beginner given(
      TrainTask task, Sharding sharding, Artifacts artifacts, TokenWindows windows) {
    int known = ModelInput.config(artifacts, TaskInputs.require(task, "model")).vocabularySize();
    int needed = windows.index().vocabularySize();
    if (needed > known) {
      throw new InvalidInputException(
          "%s is of a tokenizer with %d tokens, but the vocabulary of the model %s has %d; tokenize with the model's own tokenizer"
              .formatted(
                  TaskInputs.require(task, "tokens").uri(),
                  needed,
                  TaskInputs.require(task, "model").uri(),
                  known));
    }
    return continued(task, sharding, artifacts);
  }

  private static Beginner continued(TrainTask task, Sharding sharding, Artifacts artifacts) {
    ArtifactRef model = TaskInputs.require(task, "model");
    try (ModelInput input = ModelInput.fetch(artifacts, model)) {
      Parameters parameters = input.load(layout -> Parameters.trainable(layout, sharding));
      return new Beginner(
          new Llama(
              input.config().reaching(task.sequenceLength()),
              parameters,
              task.sequenceLength(),
              task.execution()),
          () -> refill(artifacts, model, parameters));
    }
  }

  private static void refill(Artifacts artifacts, ArtifactRef model, Parameters parameters) {
    try (ModelInput input = ModelInput.fetch(artifacts, model)) {
      input.load(layout -> parameters);
    }
  }

  private static Llama reference(TrainTask task, Artifacts artifacts) {
    try (ModelInput input = ModelInput.fetch(artifacts, TaskInputs.require(task, "model"))) {
      return new Llama(input.config(), input.load(Parameters::frozen), task.sequenceLength());
    }
  }

  private static Curriculum sft(TrainTask task, Sharding sharding, Artifacts artifacts) {
    Beginner beginner = continued(task, sharding, artifacts);
    ArtifactRef data = TaskInputs.require(task, "chats");
    List<ChatRow> chats =
        DocumentShard.read(artifacts.read(data, "train.jsonl.zst"), ChatRow.class);
    requireRows(chats.size(), data, "chat");
    for (ChatRow row : chats) {
      if (row.ids().size() != row.mask().size()) {
        throw new InvalidInputException(
            "%s has a chat of %d tokens with a mask of %d; prepare it again"
                .formatted(data.uri(), row.ids().size(), row.mask().size()));
      }
      requireKnown(row.ids().stream(), beginner.model().config(), data);
    }
    return new Curriculum(
        beginner.model(),
        new AssistantTokens(inOrder(task, chats), task.sequenceLength()),
        beginner.begin(),
        (from, to) -> new TreeMap<>(),
        List.of());
  }

  private static Curriculum dpo(TrainTask task, Sharding sharding, Artifacts artifacts) {
    Beginner beginner = continued(task, sharding, artifacts);
    ArtifactRef data = TaskInputs.require(task, "pairs");
    List<PairRow> pairs =
        DocumentShard.read(artifacts.read(data, "pairs.jsonl.zst"), PairRow.class);
    requireRows(pairs.size(), data, "pair");
    for (PairRow row : pairs) {
      requireKnown(
          Stream.of(row.prompt(), row.chosen(), row.rejected()).flatMap(List::stream),
          beginner.model().config(),
          data);
    }
    return new Curriculum(
        beginner.model(),
        new Preferences(
            inOrder(task, pairs), reference(task, artifacts), task.beta(), task.sequenceLength()),
        beginner.begin(),
        (from, to) -> new TreeMap<>(),
        List.of());
  }

  /** Rows by index of the global order: another permutation in each epoch. */
  private static <T> LongFunction<T> inOrder(TrainTask task, List<T> rows) {
    SampleOrder order =
        SampleOrder.of(
            task.seed(), new SampleOrder.Stream(task.stage().word(), null, null, rows.size()));
    return index -> rows.get((int) order.sample(index).item());
  }

  private static void requireRows(int count, ArtifactRef data, String what) {
    if (count == 0) {
      throw new InvalidInputException(
          "%s has no %s to train on; add data or leave the stage out".formatted(data.uri(), what));
    }
  }

  private static void requireKnown(
      Stream<Integer> ids, HuggingFaceConfig config, ArtifactRef data) {
    ids.filter(id -> id < 0 || id >= config.vocabularySize())
        .findFirst()
        .ifPresent(
            id -> {
              throw new InvalidInputException(
                  "%s has the token %d, but the model's vocabulary has %d; prepare it with the model's own tokenizer"
                      .formatted(data.uri(), id, config.vocabularySize()));
            });
  }
}
