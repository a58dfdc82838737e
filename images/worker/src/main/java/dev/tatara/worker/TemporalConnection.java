package dev.tatara.worker;

import dev.tatara.config.InvalidInputException;
import dev.tatara.workflows.PipelineJson;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.util.Map;

/** Temporal as the environment names it, in the variables and profiles of the temporal CLI. */
final class TemporalConnection {
  private TemporalConnection() {}

  /**
   * A client that connects when it is used first.
   *
   * @param environment {@code TEMPORAL_ADDRESS}, {@code TEMPORAL_NAMESPACE} ({@code default} if not
   *     set), {@code TEMPORAL_API_KEY}, {@code TEMPORAL_TLS…}, {@code TEMPORAL_PROFILE}
   * @throws InvalidInputException if no address is named, or a file that is named cannot be used
   */
  static WorkflowClient open(Map<String, String> environment) {
    ClientConfigProfile profile = profile(environment);
    String address = profile.getAddress();
    if (address == null || address.isBlank()) {
      throw new InvalidInputException(
          "TEMPORAL_ADDRESS is not set; set it, for example TEMPORAL_ADDRESS=temporal-frontend:7233");
    }
    return WorkflowClient.newInstance(
        stubs(profile),
        WorkflowClientOptions.newBuilder(profile.toWorkflowClientOptions())
            .setDataConverter(PipelineJson.converter())
            .build());
  }

  private static ClientConfigProfile profile(Map<String, String> environment) {
    try {
      return ClientConfigProfile.load(
          LoadClientConfigProfileOptions.newBuilder().setEnvOverrides(environment).build());
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "The profile of Temporal cannot be read (%s); mend the file that TEMPORAL_CONFIG_FILE names, or TEMPORAL_PROFILE"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static WorkflowServiceStubs stubs(ClientConfigProfile profile) {
    try {
      return WorkflowServiceStubs.newServiceStubs(profile.toWorkflowServiceStubsOptions());
    } catch (RuntimeException e) {
      // Files of certificates are read here; the library names the file in the cause only.
      String reason = e.getCause() == null ? e.getMessage() : e.getCause().toString();
      throw new InvalidInputException(
          "The TLS connection to Temporal at %s cannot be prepared (%s); check the files that TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH and TEMPORAL_TLS_SERVER_CA_CERT_PATH name: PEM, the key as PKCS #8"
              .formatted(profile.getAddress(), reason),
          e);
    }
  }
}
