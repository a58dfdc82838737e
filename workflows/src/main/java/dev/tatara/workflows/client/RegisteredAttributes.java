package dev.tatara.workflows.client;

import dev.tatara.workflows.RunAttributes;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the server knows the search attributes of a run, each by its right type. It is asked
 * again each minute: a workflow that set an attribute which has been removed would stand still.
 */
public final class RegisteredAttributes implements BooleanSupplier, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegisteredAttributes.class);
  private static final long PERIOD_SECONDS = 60;

  private final OperatorServiceStubs server;
  private final String namespace;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(RegisteredAttributes::daemon);
  private volatile boolean known;
  private String lastSaid = "";

  private RegisteredAttributes(OperatorServiceStubs server, String namespace) {
    this.server = server;
    this.namespace = namespace;
  }

  /** Asks the server of this client, and tells the log what is missing, if anything is. */
  public static RegisteredAttributes of(WorkflowClient client) {
    OperatorServiceStubs server =
        OperatorServiceStubs.newServiceStubs(
            OperatorServiceStubsOptions.newBuilder(client.getWorkflowServiceStubs().getOptions())
                .build());
    RegisteredAttributes attributes =
        new RegisteredAttributes(server, client.getOptions().getNamespace());
    attributes.ask();
    attributes.clock.scheduleWithFixedDelay(
        attributes::ask, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    return attributes;
  }

  @Override
  public boolean getAsBoolean() {
    return known;
  }

  private void ask() {
    try {
      Map<String, IndexedValueType> found =
          server
              .blockingStub()
              .listSearchAttributes(
                  ListSearchAttributesRequest.newBuilder().setNamespace(namespace).build())
              .getCustomAttributesMap();
      List<String> missing = RunAttributes.missing(found);
      known = missing.isEmpty();
      say(
          known
              ? "runs set their search attributes"
              : "runs set no search attributes, since the server lacks some; to register them: "
                  + String.join("; ", RunAttributes.commands(missing, namespace)));
    } catch (StatusRuntimeException e) {
      // Away for a moment, it knows what it knew before.
      say("the server does not tell its search attributes: " + e.getStatus());
    }
  }

  private void say(String sentence) {
    if (!sentence.equals(lastSaid)) {
      lastSaid = sentence;
      LOG.info("{}", sentence);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    server.shutdownNow();
  }

  private static Thread daemon(Runnable question) {
    Thread thread = new Thread(question, "search-attributes");
    thread.setDaemon(true);
    return thread;
  }
}
