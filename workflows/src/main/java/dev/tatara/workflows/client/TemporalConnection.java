package dev.tatara.workflows.client;

import dev.tatara.config.InvalidInputException;
import dev.tatara.workflows.PipelineJson;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Temporal as the environment names it, in the variables and profiles of the temporal CLI. */
public final class TemporalConnection {
  /** A server that starts beside its clients takes some seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private TemporalConnection() {}

  /**
   * A client of a server that answers and has the namespace.
   *
   * @throws InvalidInputException if it does not for half a minute, or refuses this client
   */
  public static WorkflowClient connect(Map<String, String> environment) {
    WorkflowClient client = open(environment);
    String namespace = client.getOptions().getNamespace();
    try {
      WorkflowServiceStubs stubs = client.getWorkflowServiceStubs();
      stubs.connect(PATIENCE);
      stubs
          .blockingStub()
          .describeNamespace(DescribeNamespaceRequest.newBuilder().setNamespace(namespace).build());
      return client;
    } catch (StatusRuntimeException e) {
      client.getWorkflowServiceStubs().shutdownNow();
      throw new InvalidInputException(refusal(e.getStatus(), environment, namespace), e);
    }
  }

  private static String refusal(Status status, Map<String, String> environment, String namespace) {
    String address = environment.getOrDefault("TEMPORAL_ADDRESS", "the address of its profile");
    return switch (status.getCode()) {
      case NOT_FOUND ->
          "Temporal at %s has no namespace \"%s\"; create it with temporal operator namespace create --namespace %s, or set TEMPORAL_NAMESPACE"
              .formatted(address, namespace, namespace);
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          "Temporal at %s refuses this client in the namespace \"%s\" (%s); check TEMPORAL_API_KEY or the certificate that TEMPORAL_TLS_CLIENT_CERT_PATH names"
              .formatted(address, namespace, status.getDescription());
      default ->
          "Temporal at %s does not answer (%s, %s); check TEMPORAL_ADDRESS, that the server runs, and whether it wants TLS (TEMPORAL_TLS=true)"
              .formatted(address, status.getCode(), status.getDescription());
    };
  }

  /**
   * A client that connects when it is used first.
   *
   * @param environment {@code TEMPORAL_ADDRESS}, {@code TEMPORAL_NAMESPACE} ({@code default} if not
   *     set), {@code TEMPORAL_API_KEY}, {@code TEMPORAL_TLS…}, {@code TEMPORAL_PROFILE}
   * @throws InvalidInputException if no address is named, or a file that is named cannot be used
   */
  public static WorkflowClient open(Map<String, String> environment) {
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
      return WorkflowServiceStubs.newServiceStubs(
          WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions())
              .setGrpcClientInterceptors(List.of(new UpgradeAtContinueAsNew()))
              .build());
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
