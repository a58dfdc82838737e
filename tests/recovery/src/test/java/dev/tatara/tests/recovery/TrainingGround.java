package dev.tatara.tests.recovery;

import dev.tatara.activities.gang.GangListener;
import dev.tatara.activities.gang.GangPolicy;
import dev.tatara.activities.gang.GangRun;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.k8s.LocalPods;
import dev.tatara.k8s.Program;
import dev.tatara.tests.pipeline.TataraCommand;
import dev.tatara.tests.pipeline.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Real trainer processes, real text and a real object store, without the rest of a pipeline: a
 * training of seconds, to be disturbed.
 */
final class TrainingGround implements AutoCloseable {
  private final Path directory;
  private final EmbeddedObjectStore server;
  private final StoreSettings settings;
  private final ObjectStore store;
  private final LocalPods pods;
  private final TinyTraining training;

  TrainingGround(Path directory) throws IOException {
    this.directory = directory;
    server = EmbeddedObjectStore.start(directory.resolve("s3"), 0, "local", "local-secret");
    settings =
        new StoreSettings(server.endpoint(), "us-east-1", "local", "local-secret", "tatara", "");
    store = ObjectStore.connect(settings);
    pods =
        new LocalPods(
            directory.resolve("state"), image -> Program.installed(TataraCommand.home(), image));
    training = TinyTraining.prepare(new Artifacts(store));
  }

  /** A small pretraining; its name keeps its work and its model apart from others. */
  TrainTask task(String name, int worldSize, int steps, int checkpointEvery) {
    return training.task(name, worldSize, steps, checkpointEvery);
  }

  /** Trains to the end. */
  List<LedgerEntry> train(TrainTask task) throws InterruptedException {
    return train(task, GangPolicy.DEFAULT);
  }

  List<LedgerEntry> train(TrainTask task, GangPolicy policy) throws InterruptedException {
    return new GangRun(pods, store, settings, policy, Clock.systemUTC())
        .toEnd(TinyTraining.gang(task), new Silence());
  }

  /** The processes of a rank of this task, at most one. */
  Optional<ProcessHandle> rank(TrainTask task, int rank) {
    String mark = "--run %s --stage pretrain --rank %d/".formatted(task.run(), rank);
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      return children
          .filter(child -> child.info().commandLine().orElse("").contains(mark))
          .findFirst();
    }
  }

  /** What the ranks say of their progress. */
  Optional<TaskProgress> progress(TrainTask task) {
    return store
        .readIfPresent(new WorkKeys(task.workPrefix()).progress())
        .map(bytes -> Json.read(bytes, TaskProgress.class));
  }

  ObjectStore store() {
    return store;
  }

  /** Name, size and digest of all that a finished training left: equal means equal bytes. */
  List<ManifestObject> model(TrainTask task) {
    return training.model(task);
  }

  /** The log of a process. */
  String log(TrainTask task, int epoch, int rank) throws IOException {
    return Files.readString(
        directory
            .resolve("state/logs")
            .resolve(task.run())
            .resolve("pretrain-epoch%d-rank%d.log".formatted(epoch, rank)));
  }

  @Override
  public void close() {
    server.close();
  }

  /** Nobody listens. */
  private static final class Silence implements GangListener {
    @Override
    public void looked(@Nullable TaskProgress progress) {
      // The test looks for itself.
    }

    @Override
    public void failed(LedgerEntry entry) {
      // The entries are returned in the end.
    }
  }
}
