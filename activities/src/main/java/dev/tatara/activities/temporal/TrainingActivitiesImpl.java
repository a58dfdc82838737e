package dev.tatara.activities.temporal;

import dev.tatara.activities.data.Prepared;
import dev.tatara.activities.gang.GangRun;
import dev.tatara.activities.gang.GangTask;
import dev.tatara.activities.training.CheckpointSize;
import dev.tatara.activities.training.TrainTasks;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import dev.tatara.k8s.Gang;
import dev.tatara.workflows.StageArtifact;
import dev.tatara.workflows.TrainingActivities;
import java.util.List;
import java.util.Optional;

/** The training stages as activities. */
public final class TrainingActivitiesImpl implements TrainingActivities {
  /** Tokens and text lie in the heap of a rank, tensors do not. */
  private static final int MAX_HEAP_MEGABYTES = 512;

  private final TrainTasks tasks;
  private final GangRun gangs;
  private final Artifacts artifacts;
  private final int threadsPerRank;

  public TrainingActivitiesImpl(
      TrainTasks tasks, GangRun gangs, Artifacts artifacts, int threadsPerRank) {
    this.tasks = tasks;
    this.gangs = gangs;
    this.artifacts = artifacts;
    this.threadsPerRank = threadsPerRank;
  }

  @Override
  public PreparedTraining prepare(TrainingInput input) {
    return Attempt.at(
        () -> {
          TrainTasks.PreparedTask prepared =
              tasks.prepare(input.run(), input.stage(), input.spec(), input.inputs());
          Prepared data = prepared.data();
          return new PreparedTraining(
              prepared.task(),
              find(prepared.task())
                  .map(ref -> StageArtifacts.of(artifacts, ref, true))
                  .orElse(null),
              data == null ? null : data.ref(),
              data == null ? Account.EMPTY : artifacts.manifest(data.ref()).account());
        });
  }

  @Override
  public TrainResult train(TrainTask task) {
    return Attempt.atGang(
        task.stage(),
        reports -> {
          Optional<ArtifactRef> made = find(task);
          if (made.isPresent()) {
            return new TrainResult(artifact(made.get()), gangs.conclude(gang(task), reports));
          }
          List<LedgerEntry> ledger = gangs.toEnd(gang(task), reports);
          ArtifactRef model =
              find(task)
                  .orElseThrow(
                      () ->
                          new IllegalStateException(
                              "all ranks of %s ended well, but the model %s is not there"
                                  .formatted(task.stage().word(), task.fingerprint())));
          // Checkpoints have served: the model itself is in the store.
          artifacts.store().deleteAll(task.workPrefix() + "checkpoints/");
          return new TrainResult(artifact(model), ledger);
        });
  }

  private StageArtifact artifact(ArtifactRef ref) {
    return StageArtifacts.of(artifacts, ref, false);
  }

  private Optional<ArtifactRef> find(TrainTask task) {
    return artifacts.find(task.stage(), task.fingerprint());
  }

  private GangTask gang(TrainTask task) {
    return new GangTask(
        task.run(),
        task.stage(),
        task.stage().word(),
        Gang.Image.TRAINER,
        "train",
        Json.text(task),
        task.worldSize(),
        threadsPerRank,
        MAX_HEAP_MEGABYTES,
        task.workPrefix(),
        CheckpointSize.ofRank(task, artifacts));
  }
}
