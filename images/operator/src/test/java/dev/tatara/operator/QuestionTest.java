package dev.tatara.operator;

import static dev.tatara.operator.Examples.after;
import static dev.tatara.operator.Examples.document;
import static dev.tatara.operator.Examples.facts;
import static dev.tatara.operator.Examples.owner;
import static dev.tatara.operator.Examples.question;
import static dev.tatara.operator.Examples.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.operator.RunFacts.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuestionTest {
  private static final PipelineResourceStatus NEW = PipelineResourceStatus.NONE;
  private static final Owner STRANGER = new Owner("models", "ci", "uid-0", 4, "digest");

  @Test
  void aNewResourceStarts() {
    assertThat(question(1, "7", NEW, null).verdict()).isEqualTo(new Verdict.Start());
  }

  @Test
  void aRunThatWasStartedBeforeTheStatusWasWrittenIsFoundAgain() {
    RunFacts found = facts(Phase.RUNNING, owner(1, "7"));

    assertThat(question(1, "7", NEW, found).verdict()).isEqualTo(new Verdict.Accept(true));
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void anUnchangedSpecNeverStartsAgainHoweverItsRunEnded(Phase phase) {
    RunFacts found = facts(phase, owner(1, "7"));

    assertThat(question(1, "7", NEW, found).verdict()).isEqualTo(new Verdict.Accept(true));
  }

  @Test
  void anUnchangedSpecDoesNotStartAgainWhenItsWorkflowHasLeftTemporal() {
    PipelineResourceStatus ended =
        after(question(1, "7", NEW, facts(Phase.COMPLETED, owner(1, "7"))));

    assertThat(question(1, "7", ended, null).verdict()).isEqualTo(new Verdict.Accept(true));
    assertThat(question(2, "7", ended, null).verdict()).isEqualTo(new Verdict.Accept(true));
    assertThat(question(2, "8", ended, null).verdict()).isEqualTo(new Verdict.Start());
  }

  @Test
  void aNewVersionOfTheRecordsThatGivesAnotherDigestIsNoChange() {
    Owner older = new Owner("models", "ci", Examples.UID, 1, "digest of an older version");

    assertThat(question(1, "7", NEW, facts(Phase.COMPLETED, older)).verdict())
        .isEqualTo(new Verdict.Accept(true));
  }

  @Test
  void aRunningWorkflowOfSomebodyElseTakesTheName() {
    Verdict verdict = question(1, "7", NEW, facts(Phase.RUNNING, STRANGER)).verdict();

    assertThat(verdict).isInstanceOf(Verdict.Refuse.class);
    assertThat(((Verdict.Refuse) verdict).reason()).isEqualTo("NameTaken");
    assertThat(((Verdict.Refuse) verdict).sentence())
        .contains("a workflow models-ci is at work already")
        .contains("resource ci in namespace models (uid uid-0)")
        .contains("temporal workflow cancel --workflow-id models-ci");
  }

  @Test
  void aWorkflowThatNoOperatorStartedTakesTheNameUntilItHasEnded() {
    assertThat(question(1, "7", NEW, facts(Phase.RUNNING, null)).verdict())
        .isInstanceOf(Verdict.Refuse.class);
    assertThat(question(1, "7", NEW, facts(Phase.FAILED, null)).verdict())
        .isEqualTo(new Verdict.Start());
  }

  @Test
  void whoeverTakesTheNameOfAFinishedRunDoesNotDisturbIt() {
    PipelineResourceStatus ended =
        after(question(1, "7", NEW, facts(Phase.COMPLETED, owner(1, "7"))));

    assertThat(question(1, "7", ended, facts(Phase.RUNNING, STRANGER)).verdict())
        .isEqualTo(new Verdict.Accept(true));
  }

  @Test
  void anEditOfARunningSpecIsRefusedByTheNamesOfItsKeys() {
    PipelineResourceStatus running =
        after(question(1, "7", NEW, facts(Phase.RUNNING, owner(1, "7"))));
    Question edited = question(2, "8", running, facts(Phase.RUNNING, owner(1, "7")));

    assertThat(edited.needsInput()).isTrue();
    Verdict verdict = edited.withInput(spec("7")).verdict();

    assertThat(((Verdict.Refuse) verdict).reason()).isEqualTo("SpecChangeRefused");
    assertThat(((Verdict.Refuse) verdict).sentence())
        .startsWith("spec.seed changed while the run is at work")
        .contains("Put the old value back");
  }

  @Test
  void whatIsPutBackIsAcceptedAgainOnceTheRunKnowsItsBudget() {
    PipelineResourceStatus running =
        after(question(1, "7", NEW, facts(Phase.RUNNING, owner(1, "7"))));
    PipelineResourceStatus refused =
        after(question(2, "8", running, facts(Phase.RUNNING, owner(1, "7"))));

    assertThat(question(3, "7", refused, facts(Phase.RUNNING, owner(1, "7"))).verdict())
        .isEqualTo(new Verdict.Accept(false));
  }

  @Test
  void anEditAfterTheEndStartsAnother() {
    RunFacts ended = facts(Phase.FAILED, owner(1, "7"));

    assertThat(question(2, "8", NEW, ended).withInput(spec("7")).verdict())
        .isEqualTo(new Verdict.Start());
  }

  @Test
  void aSpecThatMeansTheSameAsTheInputOfTheWorkflowIsNoChange() {
    Owner older = new Owner("models", "ci", Examples.UID, 1, "digest of an older version");
    Question edited = question(2, "7", NEW, facts(Phase.COMPLETED, older));

    assertThat(edited.withInput(spec("7")).verdict()).isEqualTo(new Verdict.Accept(true));
  }

  @Test
  void aStaleViewOfTheResourceStartsNothing() {
    RunFacts ended = facts(Phase.COMPLETED, owner(5, "8"));

    assertThat(question(4, "7", NEW, ended).verdict()).isEqualTo(new Verdict.LookAgain());
  }

  @Test
  void aStatusThatWasNotWrittenAfterTheNewestStartDoesNotCount() {
    PipelineResourceStatus first =
        after(question(1, "7", NEW, facts(Phase.COMPLETED, owner(1, "7"))));
    RunFacts second = facts(Phase.RUNNING, owner(5, "8"));

    assertThat(question(6, "7", first, second).withInput(spec("8")).verdict())
        .isInstanceOf(Verdict.Refuse.class);
    assertThat(question(5, "8", first, second).verdict()).isEqualTo(new Verdict.Accept(true));
  }

  @Test
  void aRunThatVanishedIsNotStartedAgain() {
    PipelineResourceStatus running =
        after(question(1, "7", NEW, facts(Phase.RUNNING, owner(1, "7"))));

    Verdict verdict = question(1, "7", running, null).verdict();

    assertThat(((Verdict.Gone) verdict).sentence())
        .contains("Temporal knows no workflow models-ci any more")
        .contains("delete the resource and apply it again");
  }

  @Test
  void anUnsoundSpecIsRefusedAndItsRunGoesOn() {
    Desired unsound = new Desired.Unsound("Invalid", "spec.seed is wrong");
    RunFacts running = facts(Phase.RUNNING, owner(1, "7"));
    Question question = new Question(Examples.UID, 2, Examples.RUN, unsound, NEW, running, null);

    assertThat(question.verdict()).isEqualTo(new Verdict.Refuse("Invalid", "spec.seed is wrong"));
  }

  @Test
  void theDigestIsThatOfTheMeaning() {
    assertThat(document("7").digest())
        .isEqualTo(document("7").digest())
        .isNotEqualTo(document("8").digest());
  }
}
