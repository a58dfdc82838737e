package dev.tatara.workflows;

import static dev.tatara.config.artifact.Stage.CLEAN;
import static dev.tatara.config.artifact.Stage.COLLECT;
import static dev.tatara.config.artifact.Stage.DECONTAMINATE;
import static dev.tatara.config.artifact.Stage.DEDUP;
import static dev.tatara.config.artifact.Stage.DPO;
import static dev.tatara.config.artifact.Stage.EVALUATE;
import static dev.tatara.config.artifact.Stage.GATE;
import static dev.tatara.config.artifact.Stage.PLAN;
import static dev.tatara.config.artifact.Stage.PRETRAIN;
import static dev.tatara.config.artifact.Stage.PUBLISH;
import static dev.tatara.config.artifact.Stage.SFT;
import static dev.tatara.config.artifact.Stage.TOKENIZE;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.GateConfig.Approval;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.PlanEstimate;
import dev.tatara.workflows.DataActivities.StageInput;
import dev.tatara.workflows.DataActivities.StagePlan;
import dev.tatara.workflows.EvaluateActivities.Candidate;
import dev.tatara.workflows.EvaluateActivities.Evaluated;
import dev.tatara.workflows.EvaluateActivities.ItemsInput;
import dev.tatara.workflows.GateActivities.Evaluations;
import dev.tatara.workflows.PlanActivities.Plan;
import dev.tatara.workflows.PublishActivities.Publication;
import dev.tatara.workflows.PublishActivities.Verified;
import dev.tatara.workflows.StageControl.RelayException;
import dev.tatara.workflows.TrainingActivities.PreparedTraining;
import dev.tatara.workflows.TrainingActivities.TrainResult;
import dev.tatara.workflows.TrainingActivities.TrainingInput;
import io.temporal.common.converter.DataConverterException;
import io.temporal.common.converter.EncodedValues;
import io.temporal.failure.ActivityFailure;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkflowImplementationOptions;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The recipe: twelve stages in order. */
public final class TrainingPipelineImpl implements TrainingPipeline {
  /** Candidates by name, in the order in which each was trained from the one before. */
  private static final Map<String, Stage> CANDIDATES = candidates();

  private final String run;
  private final PipelineSpec spec;
  private final ActivityStubs activities = new ActivityStubs();
  private final LedgerBook ledger = new LedgerBook();
  private final Interventions interventions = new Interventions();
  private final RunAttributes attributes;
  private final StageBoard board;
  private final RankMeter meter;
  private final StageControl stages;
  private final List<EvaluationResult> evaluations = new ArrayList<>();
  private @Nullable PlanEstimate plan;
  private @Nullable ArtifactRef chats;
  private @Nullable GateVerdict verdict;

  /** Which of the recipe's revisions this run follows; older ones are those of older histories. */
  private int revision = Workflow.DEFAULT_VERSION;

  private TrainingPipelineImpl(
      EncodedValues input, StageListener listener, BooleanSupplier attributesRegistered) {
    RunDocument document = input.get(0, RunDocument.class);
    this.run = document.name();
    this.spec = document.spec();
    this.attributes = new RunAttributes(attributesRegistered, spec.pretrain());
    this.board = new StageBoard(run, listener, this::show);
    this.meter = new RankMeter(spec.budget());
    this.stages = new StageControl(board, meter);
    if (input.getSize() > 1) {
      restore(input.get(1, Carried.class));
    }
  }

  /**
   * Makes this the workflow type {@code TrainingPipeline} of a worker.
   *
   * @param attributesRegistered whether the server knows {@link RunAttributes}; it must not block
   */
  public static void register(
      Worker worker, StageListener listener, BooleanSupplier attributesRegistered) {
    worker.registerWorkflowImplementationFactory(ShardPhase.class, ShardPhaseImpl::new);
    worker.registerWorkflowImplementationFactory(RunRemoval.class, RunRemovalImpl::new);
    worker.registerWorkflowImplementationFactory(
        TrainingPipeline.class,
        input -> new TrainingPipelineImpl(input, listener, attributesRegistered),
        // An input that is no run document fails the run at once: trying again cannot help.
        WorkflowImplementationOptions.newBuilder()
            .setFailWorkflowExceptionTypes(DataConverterException.class)
            .build());
  }

  @Override
  public PipelineResult run(RunDocument document) {
    revision = Workflow.getVersion("recipe", Workflow.DEFAULT_VERSION, 1);
    if (revision >= 1) {
      stages.allowRelay();
    }
    stages.obey(CancellationScope.current());
    boolean inOrder = false;
    try {
      stages.run(PLAN, stage -> plan(document));
      stages.run(COLLECT, this::process);
      stages.run(CLEAN, this::process);
      stages.run(DEDUP, this::process);
      stages.run(DECONTAMINATE, this::process);
      stages.run(TOKENIZE, this::process);
      stages.run(PRETRAIN, this::train);
      runIf(spec.sft() != null, SFT, this::train);
      runIf(spec.dpo() != null, DPO, this::train);
      stages.run(EVALUATE, stage -> evaluate());
      stages.run(GATE, stage -> judge());
      stages.run(PUBLISH, stage -> publish());
      inOrder = true;
      return activities.publish.conclude(result());
    } catch (RelayException e) {
      inOrder = true;
    } finally {
      if (!inOrder) {
        concludeFailure();
      }
    }
    Workflow.await(Workflow::isEveryHandlerFinished);
    Workflow.continueAsNew(Carried.options(), document, carried());
    throw new IllegalStateException("this run has been continued as new");
  }

  private Carried carried() {
    return new Carried(
        board.outcomes(),
        board.began(),
        ledger.entries(),
        plan,
        chats,
        evaluations,
        verdict,
        meter.budget(),
        meter.used(),
        stages.isStarved(),
        interventions.acts(),
        stages.isPaused());
  }

  private void restore(Carried carried) {
    board.restore(carried);
    ledger.addAll(carried.ledger());
    plan = carried.plan();
    chats = carried.chats();
    evaluations.addAll(carried.evaluations());
    verdict = carried.verdict();
    meter.restore(carried);
    interventions.restore(carried);
    stages.restore(carried);
  }

  private StageEnd plan(RunDocument document) {
    Plan made = activities.plan.estimate(document);
    ledger.addAll(made.ledger());
    plan = made.estimate();
    return StageEnd.noted(
        String.format(
            Locale.ROOT,
            "%,d parameters, %,d tokens in %,d steps",
            made.estimate().parameters(),
            made.estimate().tokens(),
            made.estimate().steps()));
  }

  /** A data stage: its phases one after another, the shards of each side by side. */
  private StageEnd process(Stage stage) {
    StagePlan work = activities.data.open(new StageInput(run, stage, spec, board.artifacts()));
    if (work.reused() != null) {
      return StageEnd.of(work.reused());
    }
    new ShardFanOut(activities, stages, revision >= 1).run(work);
    return StageEnd.of(activities.data.close(work.key()));
  }

  /** A training stage: the activity keeps its gang of processes alive until the last step. */
  private StageEnd train(Stage stage) {
    PreparedTraining prepared =
        activities.training.prepare(new TrainingInput(run, stage, spec, board.artifacts()));
    if (stage == SFT) {
      chats = prepared.data();
    }
    if (prepared.reused() != null) {
      return StageEnd.of(prepared.reused()).withAccount(prepared.account());
    }
    TrainResult trained =
        stages.longWork(
            prepared.task().worldSize(), () -> activities.training.train(prepared.task()));
    ledger.addAll(trained.ledger());
    return StageEnd.of(trained.model()).withAccount(prepared.account());
  }

  /** Every model that was trained, each judged in a process of its own. */
  private StageEnd evaluate() {
    evaluations.clear();
    SortedMap<Stage, ArtifactRef> made = board.artifacts();
    ArtifactRef items = activities.evaluate.prepare(new ItemsInput(run, spec)).ref();
    ArtifactRef tokens = Objects.requireNonNull(made.get(TOKENIZE));
    int reused = 0;
    for (Map.Entry<String, Stage> candidate : CANDIDATES.entrySet()) {
      ArtifactRef model = made.get(candidate.getValue());
      if (model != null) {
        Candidate next = new Candidate(run, spec, candidate.getKey(), model, tokens, items, chats);
        Evaluated judged = stages.longWork(1, () -> activities.evaluate.evaluate(next));
        ledger.addAll(judged.ledger());
        evaluations.add(judged.result());
        reused += judged.reused() ? 1 : 0;
      }
    }
    String names =
        String.join(", ", evaluations.stream().map(EvaluationResult::candidate).toList());
    StageEnd end = StageEnd.noted("judged " + names);
    return reused < evaluations.size()
        ? end
        : new StageEnd(true, null, end.counts(), end.account(), end.note() + " before");
  }

  private StageEnd judge() {
    GateVerdict judged = activities.gate.judge(new Evaluations(run, spec.gate(), evaluations));
    verdict = judged;
    String keeps = "keeps " + judged.kept();
    if (spec.gate().approval() == Approval.NONE) {
      return StageEnd.noted(keeps);
    }
    interventions.ask();
    if (!interventions.isDecided()) {
      stages.await(GATE, Wait.forApproval(judged.kept()), interventions::isDecided);
    }
    return StageEnd.noted("%s, %s".formatted(keeps, interventions.approval(judged.kept())));
  }

  /** The folder to hand out, once two engines agree on what the model says. */
  private StageEnd publish() {
    SortedMap<Stage, ArtifactRef> made = board.artifacts();
    GateVerdict judged = Objects.requireNonNull(verdict);
    ArtifactRef model =
        Objects.requireNonNull(made.get(Objects.requireNonNull(CANDIDATES.get(judged.kept()))));
    Publication publication =
        new Publication(run, spec, judged.kept(), model, made, evaluations, judged);
    StageArtifact published = activities.publish.open(publication).reused();
    if (published != null) {
      return StageEnd.of(published);
    }
    Verified verified = stages.longWork(1, () -> activities.publish.verify(publication));
    ledger.addAll(verified.ledger());
    return StageEnd.of(
        activities.publish.publish(publication),
        String.format(
            Locale.ROOT,
            "both engines agree within %.1e on %d positions",
            verified.verification().maxDifference(),
            verified.verification().positions()));
  }

  private void runIf(boolean wanted, Stage stage, Function<Stage, StageEnd> body) {
    if (wanted) {
      stages.run(stage, body);
    } else {
      board.skipped(stage, "not in the run document");
    }
  }

  private PipelineResult result() {
    return new PipelineResult(
        run,
        board.outcomes(),
        plan,
        ledger.entries(),
        evaluations,
        verdict,
        board.artifacts().get(PUBLISH),
        meter.hours(),
        meter.budget(),
        interventions.acts());
  }

  /** The report of a failed or cancelled run; the failure itself stays the run's outcome. */
  private void concludeFailure() {
    Workflow.newDetachedCancellationScope(
            () -> {
              try {
                activities.conclusion.conclude(result());
              } catch (ActivityFailure e) {
                Workflow.getLogger(TrainingPipelineImpl.class)
                    .warn("the result of the failed run {} could not be stored", run, e);
              }
            })
        .run();
  }

  private static Map<String, Stage> candidates() {
    Map<String, Stage> candidates = new LinkedHashMap<>();
    candidates.put("base", PRETRAIN);
    candidates.put("sft", SFT);
    candidates.put("dpo", DPO);
    return candidates;
  }

  @Override
  public PipelineStatus status() {
    return board.status(stages.isPaused(), meter);
  }

  @Override
  public List<LedgerEntry> ledger() {
    return ledger.entries();
  }

  @Override
  public void pause() {
    stages.pause();
  }

  @Override
  public void resume() {
    stages.resume();
  }

  @Override
  public void upgrade() {
    stages.askRelay();
  }

  @Override
  public void recordFailure(LedgerEntry entry) {
    ledger.add(entry);
    show();
  }

  /** Lets the run be found by what it does; never a query's work. */
  private void show() {
    if (revision >= 1) {
      attributes.show(status(), ledger.entries());
    }
  }

  @Override
  public void recordTrouble(StageTrouble trouble) {
    board.troubled(trouble.stage(), trouble.sentence());
  }

  @Override
  public void recordProgress(StageProgress progress) {
    board.progressed(progress);
  }

  @Override
  public void changeBudget(BudgetChange change) {
    interventions.changed(meter.budget(), change);
    stages.changeBudget(change.budget());
  }

  @Override
  public void checkChangeBudget(BudgetChange change) {
    Interventions.checkChange(change);
  }

  @Override
  public void approve(Decision decision) {
    interventions.decide(true, decision);
  }

  @Override
  public void checkApprove(Decision decision) {
    interventions.checkDecision(decision);
  }

  @Override
  public void reject(Decision decision) {
    interventions.decide(false, decision);
  }

  @Override
  public void checkReject(Decision decision) {
    interventions.checkDecision(decision);
  }
}
