package dev.tatara.cli;

import dev.tatara.base.metrics.MetricsServer;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.cli.progress.StageProgress;
import dev.tatara.config.artifact.Stage;
import dev.tatara.k8s.LocalPods;
import dev.tatara.k8s.Program;
import dev.tatara.worker.TataraWorker;
import dev.tatara.worker.WorkerSettings;
import io.temporal.client.WorkflowClient;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The services with workers on them: here runs can be done, and watched. */
final class Workplace implements AutoCloseable {
  private final State state;
  private final Temporal temporal;
  private final Artifacts artifacts;
  private final StoreProgress progress;
  private final TataraWorker worker;
  private final MetricsServer metrics;

  private Workplace(
      State state,
      Temporal temporal,
      Artifacts artifacts,
      TataraWorker worker,
      MetricsServer metrics) {
    this.state = state;
    this.temporal = temporal;
    this.artifacts = artifacts;
    this.worker = worker;
    this.metrics = metrics;
    this.progress = new StoreProgress(artifacts.store());
  }

  /**
   * Starts the workers, and tells other commands where the services are.
   *
   * @param base what relative {@code file:} URIs begin at
   * @throws dev.tatara.config.InvalidInputException if a server does not answer
   */
  static Workplace open(Home home, State state, Endpoints endpoints, Path base) {
    Artifacts artifacts = new Artifacts(ObjectStore.connect(endpoints.store()));
    Map<String, String> environment = System.getenv();
    Temporal temporal =
        Temporal.isNamed(environment)
            ? Temporal.connect(environment)
            : Temporal.connect(endpoints.temporal(), endpoints.namespace());
    WorkerSettings settings =
        new WorkerSettings(
            endpoints.store(),
            home.directory(),
            state.directory(),
            base,
            Runtime.getRuntime().availableProcessors());
    MetricsServer metrics = MetricsServer.start(environment);
    LocalPods pods =
        new LocalPods(state.directory(), image -> Program.installed(home.directory(), image));
    TataraWorker worker = TataraWorker.start(temporal.client(), settings, pods);
    endpoints.announce(state);
    return new Workplace(state, temporal, artifacts, worker, metrics);
  }

  WorkflowClient client() {
    return temporal.client();
  }

  Artifacts artifacts() {
    return artifacts;
  }

  /** How far the stage at work has come, if it is known. */
  Optional<StageProgress> progress(@Nullable Stage current) {
    return current == null ? Optional.empty() : progress.of(current);
  }

  @Override
  public void close() {
    Endpoints.withdraw(state);
    worker.close();
    temporal.close();
    metrics.close();
  }
}
