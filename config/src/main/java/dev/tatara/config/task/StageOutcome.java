package dev.tatara.config.task;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far one stage of a run has come.
 *
 * @param seconds wall time of the stage in this run; 0 until it has ended
 * @param artifact what it made or found; null before it ended and for stages without an artifact
 * @param counts totals of the artifact's manifest
 * @param account documents in, kept and dropped
 * @param note one line for people, for example what was reused or why it was skipped
 */
public record StageOutcome(
    Stage stage,
    State state,
    double seconds,
    @Nullable ArtifactRef artifact,
    SortedMap<String, Long> counts,
    Account account,
    String note) {
  public StageOutcome {
    counts = new TreeMap<>(counts == null ? Map.of() : counts);
    account = account == null ? Account.EMPTY : account;
    note = note == null ? "" : note;
  }

  /** Of a stage. */
  public enum State {
    WAITING,
    RUNNING,
    PAUSED,
    DONE,
    REUSED,
    SKIPPED,
    FAILED;

    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
