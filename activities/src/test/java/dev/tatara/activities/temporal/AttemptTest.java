package dev.tatara.activities.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AttemptTest {
  private static final String QUEUE = "attempts";

  private final AtomicInteger attempts = new AtomicInteger();
  private final TestWorkflowEnvironment environment =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder().setUseTimeskipping(false).build());
  private Callable<String> body = () -> "";

  @BeforeEach
  void start() {
    Duration beat = Duration.ofMillis(100);
    Worker worker =
        environment.newWorker(
            QUEUE,
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(beat)
                .setDefaultHeartbeatThrottleInterval(beat)
                .build());
    worker.registerWorkflowImplementationTypes(OneWork.class);
    worker.registerActivitiesImplementations(
        (WorkActivity)
            () ->
                Attempt.at(
                    () -> {
                      attempts.incrementAndGet();
                      return body.call();
                    }));
    environment.start();
  }

  @AfterEach
  void stop() {
    environment.close();
  }

  @Test
  void triesAgainWhatFailedForReasonsOutside() {
    body =
        () -> {
          if (attempts.get() < 7) {
            throw new UncheckedIOException(new IOException("connection refused"));
          }
          return "done";
        };

    assertThat(workflow().run()).isEqualTo("done");
    assertThat(attempts).hasValue(7);
  }

  @Test
  void doesNotTryAgainWhatTheUserMustMend() {
    body =
        () -> {
          throw new InvalidInputException("sft.data[0].uri is file:none; correct the path");
        };

    assertThatThrownBy(workflow()::run)
        .satisfies(
            failure ->
                assertThat(known(failure).getOriginalMessage())
                    .isEqualTo("sft.data[0].uri is file:none; correct the path"));
    assertThat(attempts).hasValue(1);
  }

  @Test
  void endsWithTheReasonWhenWeAreWrongEachTime() {
    body =
        () -> {
          throw new IllegalStateException("clean read 5 documents, but 6 were kept");
        };

    assertThatThrownBy(workflow()::run)
        .satisfies(
            failure ->
                assertThat(known(failure).getOriginalMessage())
                    .isEqualTo("clean read 5 documents, but 6 were kept (tried 4 times)"));
    assertThat(attempts).hasValue(4);
  }

  @Test
  void interruptsWorkThatIsCancelledAndWaitsForItsEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger tidied = new AtomicInteger();
    body =
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
            return "";
          } finally {
            tidied.incrementAndGet();
          }
        };
    OneWorkflow workflow = workflow();
    WorkflowClient.start(workflow::run);
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

    WorkflowStub stub = WorkflowStub.fromTyped(workflow);
    stub.cancel();

    assertThatThrownBy(() -> stub.getResult(String.class))
        .isInstanceOf(WorkflowFailedException.class)
        .hasRootCauseInstanceOf(CanceledFailure.class);
    assertThat(tidied).hasValue(1);
    assertThat(attempts).hasValue(1);
  }

  private OneWorkflow workflow() {
    return environment
        .getWorkflowClient()
        .newWorkflowStub(
            OneWorkflow.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
  }

  private static ApplicationFailure known(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof ApplicationFailure)) {
      cause = cause.getCause();
    }
    assertThat(cause).isNotNull();
    return (ApplicationFailure) java.util.Objects.requireNonNull(cause);
  }

  /** One activity, with the retries of the pipeline but quicker. */
  @WorkflowInterface
  public interface OneWorkflow {
    @WorkflowMethod
    String run();
  }

  /** Does what the test says. */
  @ActivityInterface
  public interface WorkActivity {
    String work();
  }

  public static final class OneWork implements OneWorkflow {
    private final WorkActivity activity =
        Workflow.newActivityStub(
            WorkActivity.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(1))
                .setHeartbeatTimeout(Duration.ofSeconds(30))
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setRetryOptions(
                    RetryOptions.newBuilder()
                        .setInitialInterval(Duration.ofMillis(20))
                        .setMaximumInterval(Duration.ofMillis(50))
                        .build())
                .build());

    @Override
    public String run() {
      return activity.work();
    }
  }
}
