package dev.tatara.workflows;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.PlanEstimate;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.VerifyTask.Verification;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Activities that do nothing but remember that they were asked. */
final class FakeWorld
    implements PlanActivities,
        DataActivities,
        TrainingActivities,
        EvaluateActivities,
        GateActivities,
        PublishActivities {
  final List<String> calls = new CopyOnWriteArrayList<>();
  final Set<Stage> finishedBefore = ConcurrentHashMap.newKeySet();
  final Map<String, RuntimeException> failures = new ConcurrentHashMap<>();
  final ConcurrentLinkedQueue<String> published = new ConcurrentLinkedQueue<>();
  final AtomicInteger trainersAlive = new AtomicInteger();
  final CountDownLatch atWork = new CountDownLatch(1);
  final List<PipelineResult> concluded = new CopyOnWriteArrayList<>();
  final CountDownLatch release = new CountDownLatch(1);
  volatile @Nullable Stage holdsIn;
  volatile @Nullable Stage hangsIn;
  volatile String kept = "dpo";
  volatile int shards = 3;

  /** For so many shards that their names would be too many. */
  volatile boolean counts;

  final AtomicInteger shardsDone = new AtomicInteger();

  @Override
  public Plan estimate(RunDocument document) {
    called("plan");
    return new Plan(
        new PlanEstimate(1_000, 500, 10, 81_920, 7_000.0, 1, 20, 1, 1, 1, 1, 1, List.of()),
        List.of());
  }

  @Override
  public StagePlan open(StageInput input) {
    called("open " + input.stage().word());
    StageKey key = new StageKey(input.run(), input.stage(), "f" + input.stage().ordinal());
    if (finishedBefore.contains(input.stage())) {
      return new StagePlan(key, artifact(input.stage(), true), List.of(), 4);
    }
    List<String> names = IntStream.range(0, shards).mapToObj("s%05d"::formatted).toList();
    return new StagePlan(
        key, null, List.of(new Phase("look", names), new Phase("write", names)), 4);
  }

  @Override
  public ShardsDone work(ShardBatch batch) {
    shardsDone.addAndGet(batch.shards().size());
    List<String> named = counts ? List.of() : batch.shards();
    named.forEach(
        shard -> called("%s %s %s".formatted(batch.key().stage().word(), batch.phase(), shard)));
    holdIf(batch.key().stage());
    return new ShardsDone(batch.shards().size());
  }

  @Override
  public StageArtifact close(StageKey key) {
    called("close " + key.stage().word());
    return artifact(key.stage(), false);
  }

  @Override
  public PreparedTraining prepare(TrainingInput input) {
    called("prepare " + input.stage().word());
    TrainTask task =
        new TrainTask(
            input.run(),
            input.stage(),
            "f",
            1,
            null,
            new TreeMap<>(),
            "out/",
            "work/",
            2,
            10,
            16,
            8,
            4,
            List.of(),
            OptimizerConfig.DEFAULT,
            0,
            LossConfig.DEFAULT,
            CheckpointConfig.every(5, 2),
            ValidationConfig.DEFAULT,
            DivergenceConfig.DEFAULT,
            ExecutionConfig.DEFAULT);
    boolean reused = finishedBefore.contains(input.stage());
    ArtifactRef data = input.stage() == Stage.PRETRAIN ? null : ref(input.stage() + "-data");
    return new PreparedTraining(
        task, reused ? artifact(input.stage(), true) : null, data, Account.EMPTY);
  }

  @Override
  public TrainResult train(TrainTask task) {
    called("train " + task.stage().word());
    trainersAlive.incrementAndGet();
    try {
      hangIf(task.stage());
    } finally {
      trainersAlive.decrementAndGet();
    }
    return new TrainResult(artifact(task.stage(), false), List.of());
  }

  /** Waits as an activity does whose processes work on: until the run asks it to end. */
  private void hangIf(Stage stage) {
    if (stage != hangsIn) {
      return;
    }
    atWork.countDown();
    var context = Activity.getExecutionContext();
    while (stage == hangsIn) {
      context.heartbeat(null);
      try {
        new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Waits as a shard's work does: to its end, whatever the run asks. */
  private void holdIf(Stage stage) {
    if (stage == holdsIn) {
      atWork.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public Items prepare(ItemsInput input) {
    called("prepare evaluate");
    return new Items(ref("items"));
  }

  @Override
  public Evaluated evaluate(Candidate candidate) {
    called("evaluate " + candidate.name() + (candidate.chats() == null ? "" : " with chats"));
    EvaluationResult result =
        new EvaluationResult(candidate.name(), candidate.model(), new TreeMap<>(), new TreeMap<>());
    return new Evaluated(result, finishedBefore.contains(Stage.EVALUATE), List.of());
  }

  @Override
  public GateVerdict judge(Evaluations evaluations) {
    called("gate of " + evaluations.results().size());
    return new GateVerdict(kept, List.of());
  }

  @Override
  public Opened open(Publication publication) {
    called("open publish");
    return new Opened(
        finishedBefore.contains(Stage.PUBLISH) ? artifact(Stage.PUBLISH, true) : null);
  }

  @Override
  public Verified verify(Publication publication) {
    called("verify " + publication.kept());
    return new Verified(new Verification(1e-6, 100, true), List.of());
  }

  @Override
  public StageArtifact publish(Publication publication) {
    called("publish " + publication.kept());
    published.add(publication.model().uri());
    return artifact(Stage.PUBLISH, false);
  }

  @Override
  public PipelineResult conclude(PipelineResult result) {
    concluded.add(result);
    return result;
  }

  private void called(String call) {
    RuntimeException failure = failures.remove(call);
    if (failure == null) {
      calls.add(call);
      return;
    }
    calls.add(call + " fails");
    throw failure;
  }

  static RuntimeException userError(String message) {
    return ApplicationFailure.newNonRetryableFailure(message, "InvalidInput");
  }

  static StageArtifact artifact(Stage stage, boolean reused) {
    return new StageArtifact(
        ref(stage.word()), reused, new TreeMap<>(Map.of("documents", 7L)), Account.EMPTY);
  }

  static ArtifactRef ref(String name) {
    return new ArtifactRef("s3://tatara/" + name, "d");
  }

  static LedgerEntry hang() {
    return new LedgerEntry(
        "2026-01-01T00:00:00Z",
        Stage.PRETRAIN,
        1,
        "pretrain-1",
        "node",
        FailureClass.HANG,
        "no step",
        1,
        7,
        5,
        4.2);
  }
}
