package dev.tatara.config.task;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why something failed; it decides on retry, budget and alert. */
public enum FailureClass {
  USER,
  DATA,
  PREEMPTED,
  INFRASTRUCTURE,
  HANG,
  DIVERGENCE,
  ORCHESTRATOR;

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
