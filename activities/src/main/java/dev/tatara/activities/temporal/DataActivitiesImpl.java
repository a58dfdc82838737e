package dev.tatara.activities.temporal;

import dev.tatara.activities.data.DataStageRunner;
import dev.tatara.activities.data.PhaseProgress;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.Stage;
import dev.tatara.workflows.DataActivities;
import dev.tatara.workflows.StageArtifact;

/** The data stages as activities. */
public final class DataActivitiesImpl implements DataActivities {
  private final DataStageRunner runner;
  private final Artifacts artifacts;
  private final PhaseProgress progress;
  private final int lanes;

  /**
   * @param lanes shards that the data workers can do at once
   */
  public DataActivitiesImpl(DataStageRunner runner, Artifacts artifacts, int lanes) {
    this.runner = runner;
    this.artifacts = artifacts;
    this.progress = new PhaseProgress(artifacts.store());
    this.lanes = lanes;
  }

  @Override
  public StagePlan open(StageInput input) {
    return Attempt.at(
        () -> {
          DataStageRunner.Opened opened = runner.open(input.stage(), input.spec(), input.inputs());
          return new StagePlan(
              new StageKey(input.run(), input.stage(), opened.fingerprint()),
              opened.finished().map(ref -> StageArtifacts.of(artifacts, ref, true)).orElse(null),
              opened.phases().stream()
                  .map(phase -> new Phase(phase.name(), phase.shards()))
                  .toList(),
              lanes);
        });
  }

  @Override
  public ShardsDone work(ShardBatch batch) {
    Stage stage = batch.key().stage();
    String fingerprint = batch.key().fingerprint();
    return Attempt.at(
        () -> {
          for (String shard : batch.shards()) {
            ShardProgress told = progress.of(stage, fingerprint, batch.phase(), shard);
            runner.work(
                stage,
                fingerprint,
                batch.phase(),
                shard,
                (done, total) -> {
                  stopIfInterrupted();
                  told.at(done, total);
                });
          }
          return new ShardsDone(batch.shards().size());
        });
  }

  private static void stopIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new IllegalStateException("interrupted between two documents");
    }
  }

  @Override
  public StageArtifact close(StageKey key) {
    return Attempt.at(
        () -> StageArtifacts.of(artifacts, runner.close(key.stage(), key.fingerprint()), false));
  }
}
