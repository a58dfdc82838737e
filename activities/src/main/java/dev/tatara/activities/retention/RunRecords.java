package dev.tatara.activities.retention;

import dev.tatara.activities.retention.Withdrawal.Plan;
import dev.tatara.activities.retention.Withdrawal.Withdrawn;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.workflows.RemovalActivities.Kept;
import dev.tatara.workflows.RemovalActivities.Removed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Removes what a run has made, in two steps ({@link dev.tatara.workflows.RunRemoval}). Each may be
 * done again after it was broken off.
 */
public final class RunRecords {
  private final Artifacts artifacts;
  private final LiveRuns live;
  private final WorkFolders works;

  public RunRecords(Artifacts artifacts, LiveRuns live) {
    this.artifacts = artifacts;
    this.live = live;
    this.works = new WorkFolders(artifacts.store());
  }

  /**
   * Deletes the records of a run, and withdraws the artifacts that no other run refers to.
   *
   * @throws InvalidInputException if the run is at work
   */
  public void withdraw(String run) {
    if (live.atWork().containsKey(run)) {
      throw new InvalidInputException(
          "The run %s is at work; cancel it first (temporal workflow cancel --workflow-id %s), and remove it when it has ended"
              .formatted(run, run));
    }
    Withdrawal withdrawal = new Withdrawal(store(), run);
    if (!withdrawal.isBegun()) {
      withdrawal.begin(plan(run));
    }
    withdrawal.carryOut();
  }

  private Plan plan(String run) {
    References references = new References(artifacts, live, Map.of());
    SortedMap<String, String> others = references.ofAllBut(run);
    List<String> own = new ArrayList<>();
    List<Kept> shared = new ArrayList<>();
    for (String prefix : references.of(run)) {
      String user = others.get(prefix);
      if (user == null) {
        own.add(prefix);
      } else {
        shared.add(new Kept(prefix, "the run %s refers to it".formatted(user)));
      }
    }
    return new Plan(own, shared, works.of(run));
  }

  /** Deletes what was withdrawn, unless a run has come to use it: maybe one of the same name. */
  public Removed delete(String run) {
    Withdrawal withdrawal = new Withdrawal(store(), run);
    SortedMap<String, String> others =
        new References(artifacts, live, withdrawal.manifests()).ofAll();
    List<String> deleted = new ArrayList<>();
    List<Kept> kept = new ArrayList<>(withdrawal.shared());
    long bytes = 0;
    for (Withdrawn artifact : withdrawal.withdrawn()) {
      String user = others.get(artifact.prefix());
      if (user != null) {
        artifact.giveBack(store());
        kept.add(new Kept(artifact.prefix(), "the run %s has come to use it".formatted(user)));
      } else if (artifact.isMadeAnew(store())) {
        kept.add(new Kept(artifact.prefix(), "another run makes it anew, or has done so"));
      } else {
        Manifest manifest = artifact.contents();
        for (ManifestObject object : manifest.objects()) {
          store().delete(artifact.prefix() + object.name());
        }
        deleted.add(artifact.prefix());
        bytes += manifest.totalBytes();
      }
    }
    works.delete(withdrawal.folders());
    withdrawal.end();
    return new Removed(run, deleted, bytes, kept);
  }

  private ObjectStore store() {
    return artifacts.store();
  }
}
