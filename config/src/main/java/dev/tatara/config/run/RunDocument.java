package dev.tatara.config.run;

import dev.tatara.config.strict.Matches;

/**
 * The run document: one YAML file that says what to train, and the single input of the workflow.
 *
 * @param apiVersion always {@value #API_VERSION}
 * @param kind always {@value #KIND}
 */
public record RunDocument(
    @Matches(
            regex = "tatara\\.dev/v1alpha1",
            rule = "must be " + API_VERSION,
            example = API_VERSION)
        String apiVersion,
    @Matches(regex = KIND, rule = "must be " + KIND, example = KIND) String kind,
    Metadata metadata,
    PipelineSpec spec) {
  public static final String API_VERSION = "tatara.dev/v1alpha1";
  public static final String KIND = "TrainingPipeline";

  /**
   * What the run is called.
   *
   * @param name name of the run and id of its workflow: lower-case letters, digits and hyphens, as
   *     for a Kubernetes object
   */
  public record Metadata(
      @Matches(regex = Matches.LABEL, rule = Matches.LABEL_RULE, example = "my-run") String name) {}

  /** The name of the run. */
  public String name() {
    return metadata.name();
  }
}
