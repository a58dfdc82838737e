package dev.tatara.workflows;

import dev.tatara.workflows.RunRemoval.Removal;
import io.temporal.activity.ActivityInterface;
import java.util.List;

/** What the removal of a run needs from the world; each may be done again. */
@ActivityInterface(namePrefix = "removal.")
public interface RemovalActivities {
  /** Withdraws the artifacts that no other run refers to. */
  void withdraw(Removal removal);

  /** Deletes what was withdrawn, gives back what another run has come to use, and says so. */
  Removed delete(Removal removal);

  /**
   * What came of it.
   *
   * @param artifacts that are deleted, by key prefix
   * @param bytes of these
   * @param kept those that stay
   */
  record Removed(String run, List<String> artifacts, long bytes, List<Kept> kept) {
    public Removed {
      artifacts = List.copyOf(artifacts);
      kept = List.copyOf(kept);
    }
  }

  /**
   * An artifact that stays.
   *
   * @param why in a few words
   */
  record Kept(String artifact, String why) {}
}
