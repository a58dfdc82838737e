package dev.tatara.activities.temporal;

import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.workflows.StageArtifact;

/** What the workflow is told of an artifact. */
final class StageArtifacts {
  private StageArtifacts() {}

  static StageArtifact of(Artifacts artifacts, ArtifactRef ref, boolean reused) {
    Manifest manifest = artifacts.manifest(ref);
    return new StageArtifact(ref, reused, manifest.counts(), manifest.account());
  }
}
