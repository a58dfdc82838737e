package dev.tatara.k8s.resource;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the status of a pipeline says; {@link StatusSchema} says what each part means.
 *
 * @param observedGeneration generation of the spec that the conditions are about
 * @param specGeneration generation of the spec that the newest run works by
 * @param specDigest what that spec means, without its budget
 * @param startTime ISO 8601 in UTC, as is {@code completionTime}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PipelineResourceStatus(
    @Nullable Long observedGeneration,
    List<Condition> conditions,
    @Nullable String stage,
    @Nullable Long step,
    @Nullable Long steps,
    @Nullable String workflowId,
    @Nullable String runId,
    @Nullable String firstRunId,
    @Nullable String model,
    @Nullable String report,
    @Nullable String startTime,
    @Nullable String completionTime,
    @Nullable Cost cost,
    @Nullable Long specGeneration,
    @Nullable String specDigest) {
  /** Of an object that nobody has looked at yet. */
  public static final PipelineResourceStatus NONE =
      new PipelineResourceStatus(
          null, List.of(), null, null, null, null, null, null, null, null, null, null, null, null,
          null);

  public PipelineResourceStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** The same facts with other conditions. */
  public PipelineResourceStatus withConditions(
      @Nullable Long generation, List<Condition> itsConditions) {
    return new PipelineResourceStatus(
        generation,
        itsConditions,
        stage,
        step,
        steps,
        workflowId,
        runId,
        firstRunId,
        model,
        report,
        startTime,
        completionTime,
        cost,
        specGeneration,
        specDigest);
  }

  /**
   * What a pipeline has used.
   *
   * @param rankHours hours that ranks were held, summed over ranks
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Cost(@Nullable Double rankHours) {}
}
