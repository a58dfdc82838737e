package dev.tatara.operator;

import dev.tatara.config.run.RetentionConfig.OnDeletion;
import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.workflows.TaskQueues;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one resource and its workflow agree: what the spec asks for is started, changed, refused or
 * cancelled, and what the workflow tells becomes the status. May be called any number of times.
 */
@ControllerConfiguration(name = PipelineReconciler.NAME)
final class PipelineReconciler implements Reconciler<PipelineResource>, Cleaner<PipelineResource> {
  /** Of the controller, and the manager of the fields that it writes. */
  static final String NAME = "tatara-operator";

  private static final Logger LOG = LoggerFactory.getLogger(PipelineReconciler.class);

  private final TemporalRuns runs;
  private final TemporalOrders orders;
  private final OperatorSettings settings;
  private final OperatorMetrics metrics;
  private final Clock clock;

  PipelineReconciler(
      TemporalCalls temporal, OperatorSettings settings, OperatorMetrics metrics, Clock clock) {
    this.runs = new TemporalRuns(temporal);
    this.orders = new TemporalOrders(temporal);
    this.settings = settings;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public UpdateControl<PipelineResource> reconcile(
      PipelineResource resource, Context<PipelineResource> context) {
    Step step = next(resource);
    PipelineResourceStatus status = step.status();
    if (status == null) {
      return UpdateControl.<PipelineResource>noUpdate().rescheduleAfter(step.pause());
    }
    metrics.seen(resource, status);
    return status.equals(remembered(resource))
        ? UpdateControl.<PipelineResource>noUpdate().rescheduleAfter(step.pause())
        : UpdateControl.patchStatus(PipelineResource.statusOf(resource, status))
            .rescheduleAfter(step.pause());
  }

  /**
   * What came of one look.
   *
   * @param status that the resource is to have; null: look again first
   * @param pause until the next look
   */
  record Step(@Nullable PipelineResourceStatus status, Duration pause) {}

  /** Does what is to be done. */
  Step next(PipelineResource resource) {
    Question question = look(resource);
    Verdict verdict = question.verdict();
    if (verdict instanceof Verdict.Start) {
      start(resource, question);
      question = look(resource);
      verdict = question.verdict();
    }
    if (verdict instanceof Verdict.Start || verdict instanceof Verdict.LookAgain) {
      return new Step(null, OperatorSettings.SOON);
    }
    RunFacts facts = question.facts();
    if (facts != null && facts.belongsTo(question.uid())) {
      RunFacts heard = runs.listen(question.run(), facts);
      question = question.with(heard);
      if (verdict instanceof Verdict.Accept accept && !accept.applied()) {
        verdict = new BudgetEdit(resource, question, heard).applyBy(orders);
      }
    }
    NextStatus next =
        new NextStatus(question, verdict, settings.report(question.run()), clock.instant());
    return new Step(next.status(), pause(question, verdict));
  }

  /** Everything that Kubernetes and Temporal know of it. */
  private Question look(PipelineResource resource) {
    String run =
        RunName.of(resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    Question question =
        new Question(
            resource.getMetadata().getUid(),
            resource.getMetadata().getGeneration(),
            run,
            Desired.of(resource),
            remembered(resource),
            runs.look(run).map(found -> known(resource, found)).orElse(null),
            null);
    RunFacts facts = question.facts();
    return question.needsInput() && facts != null
        ? question.withInput(runs.input(run, facts))
        : question;
  }

  /** A run that continues as new loses its memo; but it is known by where it began. */
  private static RunFacts known(PipelineResource resource, RunFacts facts) {
    PipelineResourceStatus last = remembered(resource);
    Long generation = last.specGeneration();
    String digest = last.specDigest();
    return facts.owner() == null
            && facts.firstRunId().equals(last.firstRunId())
            && generation != null
            && digest != null
        ? facts.ownedBy(
            new Owner(
                resource.getMetadata().getNamespace(),
                resource.getMetadata().getName(),
                resource.getMetadata().getUid(),
                generation,
                digest))
        : facts;
  }

  private void start(PipelineResource resource, Question question) {
    Desired.Document document = (Desired.Document) question.desired();
    Owner owner =
        new Owner(
            resource.getMetadata().getNamespace(),
            resource.getMetadata().getName(),
            question.uid(),
            question.generation(),
            document.digest());
    RunFacts before = question.facts();
    boolean started =
        orders.start(document.document(), owner, before == null ? "" : before.runId());
    LOG.info(
        "run={} generation={} {}",
        question.run(),
        question.generation(),
        started ? "is started" : "was started by somebody else meanwhile");
    if (started) {
      metrics.started();
    }
  }

  private static Duration pause(Question question, Verdict verdict) {
    RunFacts facts = question.facts();
    boolean atRest = facts == null || !facts.isRunning();
    return atRest && !(verdict instanceof Verdict.Refuse)
        ? OperatorSettings.ENDED
        : OperatorSettings.WORKING;
  }

  /** What was known stays; that Temporal is away is said beside it. */
  @Override
  public ErrorStatusUpdateControl<PipelineResource> updateErrorStatus(
      PipelineResource resource, Context<PipelineResource> context, Exception e) {
    metrics.failed();
    if (!(e instanceof TemporalAwayException away)) {
      return ErrorStatusUpdateControl.defaultErrorProcessing();
    }
    PipelineResourceStatus last = remembered(resource);
    PipelineResourceStatus next =
        AwayStatus.of(
            last,
            resource.getMetadata().getGeneration(),
            String.valueOf(away.getMessage()),
            clock.instant());
    return next.equals(last)
        ? ErrorStatusUpdateControl.noStatusUpdate()
        : ErrorStatusUpdateControl.patchStatus(PipelineResource.statusOf(resource, next));
  }

  /** Cancels the run and lets go of the resource when it has ended. */
  @Override
  public DeleteControl cleanup(PipelineResource resource, Context<PipelineResource> context) {
    String uid = resource.getMetadata().getUid();
    String run =
        RunName.of(resource.getMetadata().getNamespace(), resource.getMetadata().getName());
    Optional<RunFacts> facts;
    try {
      facts =
          runs.look(run)
              .map(found -> known(resource, found))
              .filter(RunFacts::isRunning)
              .filter(own -> own.belongsTo(uid));
      facts.ifPresent(
          own -> orders.cancel(run, own, uid, "the resource %s is deleted".formatted(run)));
      if (facts.isEmpty() && wantsRemoval(resource)) {
        orders.remove(run, uid);
      }
    } catch (TemporalAwayException e) {
      tell(resource, context, String.valueOf(e.getMessage()));
      throw e;
    }
    if (facts.isEmpty()) {
      metrics.forget(resource);
      LOG.info("run={} is let go of", run);
      return DeleteControl.defaultDelete();
    }
    tell(
        resource,
        context,
        "its pods save their state and end; a worker on the task queue %s must run for that"
            .formatted(TaskQueues.WORKFLOWS));
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(OperatorSettings.SOON);
  }

  /** It had a run, and what that has made is not to be kept. */
  private static boolean wantsRemoval(PipelineResource resource) {
    return remembered(resource).workflowId() != null
        && Desired.of(resource) instanceof Desired.Document desired
        && desired.document().spec().retention().onDeletion() == OnDeletion.REMOVE;
  }

  /** What the deletion waits for. */
  private void tell(PipelineResource resource, Context<PipelineResource> context, String sentence) {
    PipelineResourceStatus last = remembered(resource);
    PipelineResourceStatus next =
        AwayStatus.deleting(
            last, resource.getMetadata().getGeneration(), sentence, clock.instant());
    if (next.equals(last)) {
      return;
    }
    context
        .getClient()
        .resource(PipelineResource.statusOf(resource, next))
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(NAME)
                .withForce(true)
                .build());
  }

  private static PipelineResourceStatus remembered(PipelineResource resource) {
    return Objects.requireNonNullElse(resource.getStatus(), PipelineResourceStatus.NONE);
  }
}
