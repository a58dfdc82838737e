package dev.tatara.config.run;

/**
 * The run document: one YAML file that says what to train, and the single input of the workflow.
 *
 * @param apiVersion always {@value #API_VERSION}
 * @param kind always {@value #KIND}
 */
public record RunDocument(String apiVersion, String kind, Metadata metadata, PipelineSpec spec) {
  public static final String API_VERSION = "tatara.dev/v1alpha1";
  public static final String KIND = "TrainingPipeline";

  /**
   * @param name name of the run and id of its workflow: lower-case letters, digits and hyphens, as
   *     for a Kubernetes object
   */
  public record Metadata(String name) {}

  /** The name of the run. */
  public String name() {
    return metadata.name();
  }
}
