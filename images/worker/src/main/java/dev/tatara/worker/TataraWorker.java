package dev.tatara.worker;

import dev.tatara.activities.clean.CleanStage;
import dev.tatara.activities.collect.CollectStage;
import dev.tatara.activities.collect.SchemeSources;
import dev.tatara.activities.data.DataStageRunner;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.decontaminate.DecontaminateStage;
import dev.tatara.activities.dedup.DedupStage;
import dev.tatara.activities.gang.GangPolicy;
import dev.tatara.activities.gang.GangRun;
import dev.tatara.activities.gang.Ledger;
import dev.tatara.activities.temporal.DataActivitiesImpl;
import dev.tatara.activities.temporal.EvaluateActivitiesImpl;
import dev.tatara.activities.temporal.GateActivitiesImpl;
import dev.tatara.activities.temporal.PlanActivitiesImpl;
import dev.tatara.activities.temporal.PublishActivitiesImpl;
import dev.tatara.activities.temporal.RemovalActivitiesImpl;
import dev.tatara.activities.temporal.TrainingActivitiesImpl;
import dev.tatara.activities.tokenize.TokenizeStage;
import dev.tatara.activities.training.TrainTasks;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.k8s.Pods;
import dev.tatara.workflows.TaskQueues;
import dev.tatara.workflows.TrainingPipelineImpl;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerDeploymentOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Serves the three task queues: workflow, activities, data shards. */
public final class TataraWorker implements AutoCloseable {
  private static final int TRAINING_AT_ONCE = 2;
  private static final Duration BEAT = Duration.ofSeconds(1);

  private final WorkerFactory workers;

  private TataraWorker(WorkerFactory workers) {
    this.workers = workers;
  }

  /**
   * Starts to work, on a server of which no more is asked than of Temporal's test server.
   *
   * @param pods where gangs run
   * @throws dev.tatara.config.InvalidInputException if the object store does not answer
   */
  public static TataraWorker start(WorkflowClient client, WorkerSettings settings, Pods pods) {
    return start(client, settings, pods, () -> false, Optional.empty());
  }

  /**
   * Starts to work.
   *
   * @param pods where gangs run
   * @param attributesRegistered whether the server knows the search attributes of a run
   * @param build which build of a deployment this is, if workers are versioned
   * @throws dev.tatara.config.InvalidInputException if the object store does not answer
   */
  static TataraWorker start(
      WorkflowClient client,
      WorkerSettings settings,
      Pods pods,
      BooleanSupplier attributesRegistered,
      Optional<WorkerDeploymentOptions> build) {
    ObjectStore store = ObjectStore.connect(settings.store());
    Artifacts artifacts = new Artifacts(store);
    Sources sources =
        new SchemeSources(
            settings.base(), settings.state().resolve("cache/downloads"), settings.store(), false);
    GangRun gangs =
        new GangRun(pods, store, settings.store(), GangPolicy.DEFAULT, Clock.systemUTC());
    DataStageRunner stages =
        new DataStageRunner(
            artifacts,
            sources,
            List.of(
                new CollectStage(),
                new CleanStage(),
                new DedupStage(),
                new DecontaminateStage(),
                new TokenizeStage()));
    DataActivitiesImpl data = new DataActivitiesImpl(stages, artifacts, settings.cores());

    WorkerFactory factory = WorkerFactory.newInstance(client);
    TrainingPipelineImpl.register(
        factory.newWorker(TaskQueues.WORKFLOWS, of(build).build()),
        new StageMetrics(),
        attributesRegistered);
    Worker activities = factory.newWorker(TaskQueues.ACTIVITIES, atOnce(TRAINING_AT_ONCE, build));
    activities.registerActivitiesImplementations(
        data,
        new PlanActivitiesImpl(sources, new Ledger(store)),
        new TrainingActivitiesImpl(new TrainTasks(artifacts, sources), gangs, artifacts, 1),
        new EvaluateActivitiesImpl(sources, gangs, artifacts, settings.cores()),
        new GateActivitiesImpl(),
        new PublishActivitiesImpl(gangs, artifacts, settings.cores()),
        new RemovalActivitiesImpl(artifacts));
    Worker shards = factory.newWorker(TaskQueues.DATA, atOnce(settings.cores(), build));
    shards.registerActivitiesImplementations(data);
    factory.start();
    return new TataraWorker(factory);
  }

  private static WorkerOptions.Builder of(Optional<WorkerDeploymentOptions> build) {
    WorkerOptions.Builder options = WorkerOptions.newBuilder();
    build.ifPresent(options::setDeploymentOptions);
    return options;
  }

  private static WorkerOptions atOnce(int activities, Optional<WorkerDeploymentOptions> build) {
    return of(build)
        .setMaxConcurrentActivityExecutionSize(activities)
        // A cancellation is told in answer to a heartbeat: by default that may take 24 seconds.
        .setMaxHeartbeatThrottleInterval(BEAT)
        .setDefaultHeartbeatThrottleInterval(BEAT)
        .build();
  }

  /** Stops taking work and interrupts what runs; gangs have time to save a checkpoint. */
  @Override
  public void close() {
    workers.shutdownNow();
    workers.awaitTermination(90, TimeUnit.SECONDS);
  }
}
