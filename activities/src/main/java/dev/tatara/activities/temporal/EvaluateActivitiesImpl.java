package dev.tatara.activities.temporal;

import dev.tatara.activities.data.Sources;
import dev.tatara.activities.evaluate.EvaluationItems;
import dev.tatara.activities.gang.GangRun;
import dev.tatara.activities.gang.GangTask;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.EvaluateConfig;
import dev.tatara.config.task.EvaluateTask;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.k8s.Gang;
import dev.tatara.workflows.EvaluateActivities;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The evaluations as activities. */
public final class EvaluateActivitiesImpl implements EvaluateActivities {
  private static final int MAX_HEAP_MEGABYTES = 1024;

  /** Raised whenever the evaluator would measure something else of the same model. */
  private static final String CODE_VERSION = "1";

  private final Sources sources;
  private final GangRun gangs;
  private final Artifacts artifacts;
  private final int threads;

  public EvaluateActivitiesImpl(Sources sources, GangRun gangs, Artifacts artifacts, int threads) {
    this.sources = sources;
    this.gangs = gangs;
    this.artifacts = artifacts;
    this.threads = threads;
  }

  private record Fingerprint(
      String codeVersion,
      String candidate,
      String model,
      String tokens,
      String items,
      @Nullable String chats,
      List<String> tasks,
      long validationBytes) {}

  @Override
  public Items prepare(ItemsInput input) {
    return Attempt.at(() -> new Items(EvaluationItems.prepare(artifacts, sources, input.spec())));
  }

  @Override
  public Evaluated evaluate(Candidate candidate) {
    return Attempt.atGang(
        Stage.EVALUATE,
        reports -> {
          EvaluateTask task = task(candidate);
          Optional<EvaluationResult> known = result(task);
          if (known.isPresent()) {
            return new Evaluated(known.get(), true, gangs.conclude(gang(task), reports));
          }
          List<LedgerEntry> ledger = gangs.toEnd(gang(task), reports);
          return new Evaluated(
              result(task)
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "the evaluator ended well, but wrote no " + task.output())),
              false,
              ledger);
        });
  }

  private Optional<EvaluationResult> result(EvaluateTask task) {
    return artifacts
        .store()
        .readIfPresent(task.output())
        .map(bytes -> Json.read(bytes, EvaluationResult.class));
  }

  private static EvaluateTask task(Candidate candidate) {
    EvaluateConfig config = candidate.spec().evaluate();
    List<String> tasks = config.tasks().stream().map(EvaluateConfig.Task::name).sorted().toList();
    String fingerprint =
        Json.digest(
            new Fingerprint(
                CODE_VERSION,
                candidate.name(),
                candidate.model().digest(),
                candidate.tokens().digest(),
                candidate.items().digest(),
                candidate.chats() == null ? null : candidate.chats().digest(),
                tasks,
                config.validationBytes()));
    String work = "work/%s/%s/".formatted(Stage.EVALUATE.word(), fingerprint);
    return new EvaluateTask(
        candidate.run(),
        candidate.name(),
        candidate.model(),
        candidate.tokens(),
        candidate.items(),
        tasks,
        candidate.chats(),
        config.validationBytes(),
        "artifacts/%s/%s/result.json".formatted(Stage.EVALUATE.word(), fingerprint),
        work + "progress.json");
  }

  private GangTask gang(EvaluateTask task) {
    return new GangTask(
        task.run(),
        Stage.EVALUATE,
        Stage.EVALUATE.word() + "-" + task.candidate(),
        Gang.Image.EVALUATOR,
        "evaluate",
        Json.text(task),
        1,
        threads,
        MAX_HEAP_MEGABYTES,
        task.progress().substring(0, task.progress().lastIndexOf('/') + 1),
        0);
  }
}
