package dev.tatara.operator;

import static dev.tatara.operator.Examples.after;
import static dev.tatara.operator.Examples.facts;
import static dev.tatara.operator.Examples.owner;
import static dev.tatara.operator.Examples.progress;
import static dev.tatara.operator.Examples.question;
import static dev.tatara.operator.Examples.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.operator.RunFacts.Phase;
import dev.tatara.workflows.Wait;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NextStatusTest {
  private static final PipelineResourceStatus NEW = PipelineResourceStatus.NONE;
  private static final RunFacts RUNNING = facts(Phase.RUNNING, owner(1, "7"));

  @Test
  void aRunThatTrainsTellsStageAndStep() {
    PipelineResourceStatus status = training(NEW, 120);

    assertThat(status.stage()).isEqualTo("pretrain");
    assertThat(status.step()).isEqualTo(120);
    assertThat(status.steps()).isEqualTo(240);
    assertThat(status.workflowId()).isEqualTo("models-ci");
    assertThat(status.specGeneration()).isEqualTo(1);
    assertThat(status.cost()).isEqualTo(new PipelineResourceStatus.Cost(1.5));
    assertThat(status.startTime()).isEqualTo("2026-01-01T09:59:00Z");
    assertThat(first(status))
        .extracting(Condition::getType, Condition::getReason, Condition::getMessage)
        .containsExactly("Running", "Training", "pretrain is at step 120 of 240");
    assertThat(Kstatus.of(status, 1)).isEqualTo(Kstatus.IN_PROGRESS);
  }

  @Test
  void whatAPersonMustMendIsInTheMessage() {
    RunFacts troubled =
        RUNNING.telling(progress(Stage.PRETRAIN, "a pod cannot get its image x:1", null, 0, 0));

    PipelineResourceStatus status = after(question(1, "7", NEW, troubled));

    assertThat(first(status).getReason()).isEqualTo("Troubled");
    assertThat(first(status).getMessage()).contains("cannot get its image x:1");
    assertThat(condition(status, "Reconciling").getMessage()).contains("cannot get its image x:1");
    assertThat(status.step()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"PAUSE,Paused", "BUDGET,WaitingForBudget", "APPROVAL,WaitingForApproval"})
  void aRunThatWaitsIsPausedAndSaysForWhat(Wait.Kind kind, String reason) {
    RunFacts waiting =
        RUNNING.telling(progress(Stage.PRETRAIN, "", new Wait(kind, "waits; do this"), 120, 240));

    PipelineResourceStatus status = after(question(1, "7", NEW, waiting));

    assertThat(first(status))
        .extracting(Condition::getType, Condition::getReason)
        .containsExactly("Paused", reason);
    assertThat(first(status).getMessage()).startsWith("pretrain: waits; do this");
    assertThat(condition(status, "Running").getStatus()).isEqualTo("False");
    assertThat(Kstatus.of(status, 1)).isEqualTo(Kstatus.IN_PROGRESS);
  }

  @Test
  void aPublishedModelIsCurrent() {
    PipelineResourceStatus status =
        after(question(1, "7", training(NEW, 240), facts(Phase.COMPLETED, owner(1, "7"))));

    assertThat(first(status))
        .extracting(Condition::getType, Condition::getReason)
        .containsExactly("Succeeded", "Published");
    assertThat(status.model()).isEqualTo("s3://tatara/publish/abc");
    assertThat(status.report()).isEqualTo(Examples.REPORT);
    assertThat(status.cost()).isEqualTo(new PipelineResourceStatus.Cost(2.5));
    assertThat(status.stage()).isEqualTo("publish");
    assertThat(status.completionTime()).isEqualTo("2026-01-01T10:00:00Z");
    assertThat(Kstatus.of(status, 1)).isEqualTo(Kstatus.CURRENT);
    assertThat(Kstatus.of(status, 2)).isEqualTo(Kstatus.IN_PROGRESS);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"FAILED", "CANCELED", "TERMINATED", "TIMED_OUT"})
  void whateverEndsWithoutAModelHasFailedAndSaysHowToGoOn(Phase phase) {
    PipelineResourceStatus status =
        after(question(1, "7", training(NEW, 10), facts(phase, owner(1, "7"))));

    assertThat(first(status).getType()).isEqualTo("Failed");
    assertThat(first(status).getMessage())
        .contains(Examples.REPORT)
        .contains("delete the resource and apply it again");
    assertThat(Kstatus.of(status, 1)).isEqualTo(Kstatus.FAILED);
    assertThat(status.stage()).isEqualTo("pretrain");
  }

  @Test
  void aFailureSaysWhatTheWorkflowSaid() {
    PipelineResourceStatus status =
        after(question(1, "7", NEW, facts(Phase.FAILED, owner(1, "7"))));

    assertThat(first(status).getMessage()).startsWith("The store is full; make room");
  }

  @Test
  void aRefusedEditStallsTheResourceWhileItsRunGoesOn() {
    PipelineResourceStatus running = training(NEW, 120);
    Question edited =
        question(2, "8", running, RUNNING.telling(progress(Stage.PRETRAIN, "", null, 130, 240)))
            .withInput(Examples.spec("7"));

    PipelineResourceStatus status = after(edited);

    assertThat(first(status).getType()).isEqualTo("Running");
    assertThat(first(status).getMessage()).contains("130 of 240").contains("is refused");
    assertThat(first(status).getObservedGeneration()).isEqualTo(1);
    assertThat(condition(status, "Accepted"))
        .extracting(Condition::getStatus, Condition::getReason, Condition::getObservedGeneration)
        .containsExactly("False", "SpecChangeRefused", 2L);
    assertThat(status.observedGeneration()).isEqualTo(2);
    assertThat(status.specGeneration()).isEqualTo(1);
    assertThat(Kstatus.of(status, 2)).isEqualTo(Kstatus.FAILED);
  }

  @Test
  void aSpecThatNeverRanIsStalledAndNothingElseIsTrue() {
    Verdict refusal = new Verdict.Refuse("Invalid", "spec.seed is wrong");

    PipelineResourceStatus status = status(question(1, "7", NEW, null), refusal);

    assertThat(first(status))
        .extracting(Condition::getType, Condition::getReason, Condition::getMessage)
        .containsExactly("Stalled", "Invalid", "spec.seed is wrong");
    assertThat(status.workflowId()).isNull();
    assertThat(Kstatus.of(status, 1)).isEqualTo(Kstatus.FAILED);
  }

  @Test
  void aWorkerThatIsSilentLeavesWhatWasKnown() {
    PipelineResourceStatus running = training(NEW, 120);

    PipelineResourceStatus status =
        after(question(1, "7", running, RUNNING.silent("No worker answers")));

    assertThat(first(status))
        .extracting(Condition::getType, Condition::getReason, Condition::getMessage)
        .containsExactly(
            "Running",
            "WorkerSilent",
            "last known: pretrain is at step 120 of 240. No worker answers");
    assertThat(status.step()).isEqualTo(120);
    assertThat(status.cost()).isEqualTo(running.cost());
  }

  @Test
  void whatIsPausedStaysPausedWhileNoWorkerAnswers() {
    RunFacts waiting =
        RUNNING.telling(
            progress(Stage.PRETRAIN, "", new Wait(Wait.Kind.BUDGET, "raise it"), 120, 240));
    PipelineResourceStatus paused = after(question(1, "7", NEW, waiting));

    PipelineResourceStatus status =
        after(question(1, "7", paused, RUNNING.silent("No worker answers")));

    assertThat(first(status).getType()).isEqualTo("Paused");
    assertThat(first(status).getReason()).isEqualTo("WaitingForBudget");
  }

  @Test
  void temporalThatIsAwayChangesNoConditionAndIsNamed() {
    PipelineResourceStatus running = training(NEW, 120);

    PipelineResourceStatus status = AwayStatus.of(running, 2, "Temporal is away", Examples.NOW);

    assertThat(first(status))
        .extracting(Condition::getType, Condition::getReason, Condition::getMessage)
        .containsExactly(
            "Running",
            "TemporalAway",
            "last known: pretrain is at step 120 of 240. Temporal is away");
    assertThat(status.conditions())
        .extracting(Condition::getType, Condition::getStatus)
        .containsExactlyElementsOf(
            running.conditions().stream()
                .map(each -> org.assertj.core.groups.Tuple.tuple(each.getType(), each.getStatus()))
                .toList());
    assertThat(status.observedGeneration()).isEqualTo(1);
    assertThat(AwayStatus.of(status, 2, "Temporal is away", Examples.NOW.plusSeconds(9)))
        .as("written once, not each time it is tried")
        .isEqualTo(status);
  }

  @Test
  void temporalThatIsAwayDoesNotTouchWhatHasEnded() {
    PipelineResourceStatus ended =
        after(question(1, "7", NEW, facts(Phase.COMPLETED, owner(1, "7"))));

    assertThat(AwayStatus.of(ended, 1, "Temporal is away", Examples.NOW)).isEqualTo(ended);
  }

  @Test
  void aNewResourceWaitsForTemporal() {
    PipelineResourceStatus status = AwayStatus.of(NEW, 1, "Temporal is away", Examples.NOW);

    assertThat(first(status).getType()).isEqualTo("Reconciling");
    assertThat(condition(status, "Accepted").getStatus()).isEqualTo("Unknown");
    assertThat(Kstatus.of(status, 1)).isEqualTo(Kstatus.IN_PROGRESS);
  }

  @Test
  void aSecondRunForgetsTheFirst() {
    PipelineResourceStatus first =
        after(question(1, "7", training(NEW, 240), facts(Phase.COMPLETED, owner(1, "7"))));

    PipelineResourceStatus status =
        after(question(2, "8", first, facts(Phase.RUNNING, owner(2, "8")).silent("not yet")));

    assertThat(status.model()).isNull();
    assertThat(status.step()).isNull();
    assertThat(status.completionTime()).isNull();
    assertThat(status.specGeneration()).isEqualTo(2);
    assertThat(first(status).getType()).isEqualTo("Running");
  }

  @Test
  void aRunThatLeftTemporalStaysWhatItWas() {
    PipelineResourceStatus ended =
        after(question(1, "7", training(NEW, 240), facts(Phase.COMPLETED, owner(1, "7"))));

    assertThat(after(question(1, "7", ended, null))).isEqualTo(ended);
  }

  @Test
  void aBudgetThatTheRunHasNotHeardOfIsNotYetAccepted() {
    PipelineResourceStatus running = training(NEW, 120);

    PipelineResourceStatus status =
        status(question(2, "7", running, RUNNING.silent("No worker")), new Verdict.Accept(false));

    assertThat(condition(status, "Accepted").getStatus()).isEqualTo("Unknown");
    assertThat(status.specGeneration()).as("so that it is tried again").isEqualTo(1);
    assertThat(Kstatus.of(status, 2)).isEqualTo(Kstatus.IN_PROGRESS);
  }

  @Test
  void timesOfChangeStayWhileAConditionStays() {
    PipelineResourceStatus running = training(NEW, 120);
    Instant later = Examples.NOW.plusSeconds(60);
    Question next =
        question(1, "7", running, RUNNING.telling(progress(Stage.PRETRAIN, "", null, 130, 240)));

    PipelineResourceStatus status =
        new NextStatus(next, next.verdict(), Examples.REPORT, later).status();

    assertThat(status.conditions())
        .extracting(Condition::getLastTransitionTime)
        .containsOnly("2026-01-01T10:00:00Z");
  }

  @Test
  void everyConditionIsThereOnceWithItsGeneration() {
    assertThat(training(NEW, 120).conditions())
        .extracting(Condition::getType)
        .containsExactly(
            "Running",
            "Failed",
            "Succeeded",
            "Paused",
            "Reconciling",
            "Stalled",
            "Ready",
            "Accepted");
    assertThat(training(NEW, 120).conditions())
        .extracting(Condition::getObservedGeneration)
        .containsOnly(1L);
  }

  private static PipelineResourceStatus training(PipelineResourceStatus before, long step) {
    return after(
        question(1, "7", before, RUNNING.telling(progress(Stage.PRETRAIN, "", null, step, 240))));
  }

  private static Condition first(PipelineResourceStatus status) {
    return status.conditions().stream()
        .filter(condition -> condition.getStatus().equals("True"))
        .findFirst()
        .orElseThrow();
  }

  private static Condition condition(PipelineResourceStatus status, String type) {
    return status.conditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
