package dev.tatara.evaluator.evaluate;

import dev.tatara.base.document.ChoiceItem;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.ChatRow;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.EvaluateTask;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.evaluator.model.CausalModel;
import dev.tatara.evaluator.model.HuggingFaceFolder;
import dev.tatara.evaluator.score.BitsPerByte;
import dev.tatara.evaluator.score.ChatLoss;
import dev.tatara.evaluator.score.Measurement;
import dev.tatara.evaluator.score.MultipleChoice;
import dev.tatara.evaluator.score.Results;
import dev.tatara.evaluator.score.ScoredSequence;
import dev.tatara.evaluator.score.SequenceScorer;
import dev.tatara.evaluator.text.TextTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges one model on held-out text, multiple-choice tasks and held-out chats. Idempotent: a result
 * that is there for this model is kept.
 */
public final class Evaluation {
  private static final Logger LOG = LoggerFactory.getLogger(Evaluation.class);

  private final Artifacts artifacts;
  private final Path cache;
  private final int epoch;

  /**
   * @param cache folder for the model while it is judged
   * @param epoch of the launch, for the progress object
   */
  public Evaluation(Artifacts artifacts, Path cache, int epoch) {
    this.artifacts = artifacts;
    this.cache = cache;
    this.epoch = epoch;
  }

  /** Measures, writes the result to {@code task.output} and returns it. */
  public EvaluationResult run(EvaluateTask task) {
    Optional<EvaluationResult> earlier = earlier(task);
    if (earlier.isPresent()) {
      LOG.info("evaluate candidate={} is done already", task.candidate());
      return earlier.get();
    }
    try (EvaluationProgress progress =
            new EvaluationProgress(artifacts.store(), task.progress(), epoch);
        ModelDownload download =
            ModelDownload.of(artifacts, task.model(), cache, "evaluate-" + task.candidate())) {
      Results results = measured(task, download.folder(), progress);
      EvaluationResult result =
          new EvaluationResult(task.candidate(), task.model(), results.metrics(), results.counts());
      artifacts.store().write(task.output(), Json.bytes(result));
      LOG.info("evaluate candidate={} {}", task.candidate(), Json.text(result.metrics()));
      return result;
    }
  }

  private Optional<EvaluationResult> earlier(EvaluateTask task) {
    return artifacts
        .store()
        .readIfPresent(task.output())
        .map(bytes -> Json.read(bytes, EvaluationResult.class))
        .filter(result -> result.model().equals(task.model()));
  }

  private Results measured(EvaluateTask task, Path folder, EvaluationProgress progress) {
    HuggingFaceFolder files = HuggingFaceFolder.open(folder);
    try (TextTokenizer tokenizer = TextTokenizer.load(files.file("tokenizer.json"));
        CausalModel model = CausalModel.load(files)) {
      Results results = new Results();
      int maxPositions = model.config().maxPositions();
      List<Measurement> measurements = measurements(task, tokenizer, maxPositions, results);
      List<ScoredSequence> all =
          measurements.stream().flatMap(each -> each.sequences().stream()).toList();
      progress.scoring(all.size());
      List<float[]> scores = new SequenceScorer(model).score(all, progress::scored);
      int at = 0;
      for (Measurement measurement : measurements) {
        int count = measurement.sequences().size();
        measurement.report(scores.subList(at, at + count), results);
        at += count;
      }
      return results;
    }
  }

  private List<Measurement> measurements(
      EvaluateTask task, TextTokenizer tokenizer, int maxPositions, Results results) {
    TokenIndex index = Json.read(artifacts.read(task.tokens(), TokenIndex.NAME), TokenIndex.class);
    int prefix = index.beforeText();
    List<Measurement> measurements = new ArrayList<>();
    for (Map.Entry<String, TokenIndex.Language> entry : index.languages().entrySet()) {
      TokenIndex.Language language = entry.getValue();
      Iterable<String> texts =
          records(task.tokens(), language.validation(), Document.class).stream()
              .map(Document::text)
              .toList();
      measurements.add(
          new BitsPerByte(
              entry.getKey(), texts, task.validationBytes(), tokenizer, prefix, maxPositions));
      results.metric("unigram_bits_per_byte." + entry.getKey(), language.unigramBitsPerByte());
    }
    for (String name : task.tasks()) {
      List<ChoiceItem> items =
          records(task.items(), "items/" + name + ".jsonl.zst", ChoiceItem.class);
      measurements.add(new MultipleChoice(name, items, tokenizer, prefix, maxPositions));
    }
    if (task.chats() != null) {
      measurements.add(
          new ChatLoss(records(task.chats(), "heldout.jsonl.zst", ChatRow.class), maxPositions));
    }
    return measurements;
  }

  private <T> List<T> records(ArtifactRef ref, String name, Class<T> type) {
    return DocumentShard.read(artifacts.read(ref, name), type);
  }
}
