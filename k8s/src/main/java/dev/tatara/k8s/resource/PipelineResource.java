package dev.tatara.k8s.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.run.RunDocument;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/**
 * An object of the kind {@code TrainingPipeline}. Its spec is a tree, since the loader of run
 * documents reads it, strictly; and since nobody but the user may write it, it is never written
 * back.
 */
@Group("tatara.dev")
@Version("v1alpha1")
@Kind(RunDocument.KIND)
@Plural(TrainingPipelineDefinition.PLURAL)
public final class PipelineResource extends CustomResource<JsonNode, PipelineResourceStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** The same object with nothing but this status: what is applied to the status. */
  public static PipelineResource statusOf(
      PipelineResource resource, PipelineResourceStatus status) {
    PipelineResource applied = new PipelineResource();
    applied.setMetadata(
        new ObjectMetaBuilder()
            .withName(resource.getMetadata().getName())
            .withNamespace(resource.getMetadata().getNamespace())
            .build());
    applied.setStatus(status);
    return applied;
  }

  @Override
  protected @Nullable JsonNode initSpec() {
    return null;
  }

  @Override
  protected @Nullable PipelineResourceStatus initStatus() {
    return null;
  }
}
