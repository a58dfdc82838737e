package dev.tatara.trainer;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.trainer.gang.Epochs;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.tensor.Engine;

/** Where a process and its task are; the same for as long as the process lives. */
record Place(TrainTask task, Artifacts artifacts, Epochs epochs, Engine engine, Gang gang) {
  ObjectStore store() {
    return artifacts.store();
  }

  WorkKeys keys() {
    return new WorkKeys(task.workPrefix());
  }

  /** Whether this is rank 0, which decides and writes for all. */
  boolean leads() {
    return gang.rank() == 0;
  }
}
