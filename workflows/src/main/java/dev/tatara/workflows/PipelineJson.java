package dev.tatara.workflows;

import dev.tatara.config.Json;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;

/**
 * How records travel through Temporal: as the same JSON that lies in the object store. Clients,
 * workers and replays must all use it.
 */
public final class PipelineJson {
  private PipelineJson() {}

  /** The converter for {@code WorkflowClientOptions}. */
  public static DataConverter converter() {
    return DefaultDataConverter.newDefaultInstance()
        .withPayloadConverterOverrides(new JacksonJsonPayloadConverter(Json.MAPPER));
  }
}
