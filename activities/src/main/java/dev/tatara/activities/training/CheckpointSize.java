package dev.tatara.activities.training;

import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.task.TrainTask;

/** About how large checkpoints are, before there is one. */
public final class CheckpointSize {
  /** A weight and two moments of AdamW, in 32 bits each. */
  private static final int BYTES_OF_A_PARAMETER = 12;

  /** Of weights in a file, which may be of 16 bits. */
  private static final int BYTES_OF_A_WEIGHT = 2;

  private CheckpointSize() {}

  /** Bytes of the part that one rank writes. */
  public static long ofRank(TrainTask task, Artifacts artifacts) {
    ModelShape shape = task.model();
    long parameters =
        shape == null ? most(task, artifacts) : shape.parameters(vocabulary(task, artifacts));
    return parameters * BYTES_OF_A_PARAMETER / task.worldSize();
  }

  /** At most so many has the model that is trained further. */
  private static long most(TrainTask task, Artifacts artifacts) {
    ArtifactRef model = task.inputs().get("model");
    return model == null
        ? 0
        : artifacts.manifest(model).objects().stream()
                .filter(object -> object.name().endsWith(".safetensors"))
                .mapToLong(ManifestObject::size)
                .sum()
            / BYTES_OF_A_WEIGHT;
  }

  private static int vocabulary(TrainTask task, Artifacts artifacts) {
    ArtifactRef tokenizer = task.inputs().get("tokenizer");
    return tokenizer == null
        ? 0
        : Math.toIntExact(artifacts.manifest(tokenizer).counts().getOrDefault("vocabulary", 0L));
  }
}
