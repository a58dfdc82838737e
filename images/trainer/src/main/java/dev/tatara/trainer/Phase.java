package dev.tatara.trainer;

import java.util.Locale;

/** What a rank is doing. */
enum Phase {
  STARTING,
  FORMING,
  RESTORING,
  TRAINING,
  VALIDATING,
  SAVING;

  /** As heartbeats and progress have it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
