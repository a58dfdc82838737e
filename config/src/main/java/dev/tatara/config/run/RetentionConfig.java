package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What becomes of what a run has made, once nobody asks for the run any more. It is no part of what
 * the run does: it may be changed at any time.
 *
 * @param onDeletion what happens when the resource of the run is deleted from a cluster.
 */
public record RetentionConfig(OnDeletion onDeletion) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final RetentionConfig DEFAULT = new RetentionConfig(null);

  public RetentionConfig {
    onDeletion = onDeletion == null ? OnDeletion.KEEP : onDeletion;
  }

  /** What happens when the resource is deleted. */
  public enum OnDeletion {
    /** Everything stays in the store. */
    @JsonProperty("keep")
    KEEP,
    /** What no other run refers to is removed: report, ledger, checkpoints, data, models. */
    @JsonProperty("remove")
    REMOVE
  }
}
