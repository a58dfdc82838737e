package dev.tatara.trainer.checkpoint;

import io.prometheus.client.Summary;

/** What checkpoints cost, for Prometheus. */
final class CheckpointMetrics {
  static final Summary SECONDS =
      Summary.build("tatara_checkpoint_seconds", "Time to write one checkpoint, in the background")
          .register();
  static final Summary STALL =
      Summary.build("tatara_checkpoint_stall_seconds", "Time that training waited for a checkpoint")
          .register();

  private CheckpointMetrics() {}
}
