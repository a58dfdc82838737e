package dev.tatara.operator;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Temporal does not answer, or not this client; trying again later is safe and needed. */
final class TemporalAwayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private TemporalAwayException(String message) {
    // It comes every few seconds while Temporal is away: nobody needs to see where from.
    super(message, null, false, false);
  }

  static TemporalAwayException of(String address, String namespace, StatusRuntimeException cause) {
    Status.Code code = cause.getStatus().getCode();
    String sentence =
        switch (code) {
          case NOT_FOUND ->
              "Temporal at %s has no namespace \"%s\"; create it by temporal operator namespace create --namespace %s"
                  .formatted(address, namespace, namespace);
          case UNAUTHENTICATED, PERMISSION_DENIED ->
              "Temporal at %s refuses the operator in the namespace \"%s\"; check temporal.apiKey or temporal.tls of the chart"
                  .formatted(address, namespace);
          default ->
              "Temporal at %s does not answer (%s); check that its server runs and that temporal.address of the chart is right"
                  .formatted(address, code);
        };
    return new TemporalAwayException(sentence);
  }
}
