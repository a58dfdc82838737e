package dev.tatara.activities.temporal;

import dev.tatara.activities.gang.GangRun;
import dev.tatara.activities.gang.GangTask;
import dev.tatara.activities.publish.ModelPublication;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.ScoreTask;
import dev.tatara.config.task.VerifyTask;
import dev.tatara.config.task.VerifyTask.Verification;
import dev.tatara.k8s.Gang;
import dev.tatara.workflows.PublishActivities;
import dev.tatara.workflows.StageArtifact;
import java.util.ArrayList;
import java.util.List;

/** Publishing as activities. */
public final class PublishActivitiesImpl implements PublishActivities {
  /** Two engines add up in different orders; a wrong layout moves logits by whole units. */
  private static final double TOLERANCE = 1e-3;

  private static final int MAX_HEAP_MEGABYTES = 1024;

  private final GangRun gangs;
  private final Artifacts artifacts;
  private final int threads;

  public PublishActivitiesImpl(GangRun gangs, Artifacts artifacts, int threads) {
    this.gangs = gangs;
    this.artifacts = artifacts;
    this.threads = threads;
  }

  @Override
  public Opened open(Publication publication) {
    return Attempt.at(
        () ->
            new Opened(
                of(publication)
                    .find()
                    .map(ref -> StageArtifacts.of(artifacts, ref, true))
                    .orElse(null)));
  }

  @Override
  public Verified verify(Publication publication) {
    return Attempt.atGang(Stage.PUBLISH, reports -> verifyNow(publication, reports));
  }

  private Verified verifyNow(Publication publication, GangReports reports)
      throws InterruptedException {
    String work = of(publication).workPrefix();
    ObjectStore store = artifacts.store();
    String inputs = work + "probes.json";
    String logits = work + "logits.safetensors";
    String output = work + "verification.json";
    ArtifactRef tokens = publication.inputs().get(Stage.TOKENIZE);
    if (tokens == null) {
      throw new IllegalStateException("there are no tokens to compare the engines on");
    }
    store.write(inputs, of(publication).probes(tokens));
    List<LedgerEntry> ledger = new ArrayList<>();
    ScoreTask score = new ScoreTask(publication.run(), publication.model(), inputs, logits);
    ledger.addAll(run(publication, Gang.Image.TRAINER, "score", Json.text(score), work, reports));
    VerifyTask verify =
        new VerifyTask(publication.run(), publication.model(), inputs, logits, TOLERANCE, output);
    ledger.addAll(
        run(publication, Gang.Image.EVALUATOR, "verify", Json.text(verify), work, reports));
    Verification verification = Json.read(store.read(output), Verification.class);
    if (!verification.accepted()) {
      throw new IllegalStateException(
          "The trainer and the evaluator disagree about the model %s: a logit differs by %s, more than %s. It is not published; please report it"
              .formatted(publication.model().uri(), verification.maxDifference(), TOLERANCE));
    }
    return new Verified(verification, ledger);
  }

  private List<LedgerEntry> run(
      Publication publication,
      Gang.Image image,
      String command,
      String task,
      String work,
      GangReports reports)
      throws InterruptedException {
    return gangs.toEnd(
        new GangTask(
            publication.run(),
            Stage.PUBLISH,
            Stage.PUBLISH.word() + "-" + command,
            image,
            command,
            task,
            1,
            threads,
            MAX_HEAP_MEGABYTES,
            work + command + "/",
            0),
        reports);
  }

  @Override
  public StageArtifact publish(Publication publication) {
    return Attempt.at(
        () -> {
          ModelPublication folder = of(publication);
          StageArtifact published = StageArtifacts.of(artifacts, folder.write(), false);
          artifacts.store().deleteAll(folder.workPrefix());
          return published;
        });
  }

  private ModelPublication of(Publication publication) {
    return ModelPublication.of(
        artifacts,
        publication.run(),
        publication.spec(),
        publication.model(),
        publication.evaluations(),
        publication.verdict());
  }

  @Override
  public PipelineResult conclude(PipelineResult result) {
    return Attempt.at(
        () -> {
          artifacts
              .store()
              .write("runs/%s/result.json".formatted(result.run()), Json.bytes(result));
          return result;
        });
  }
}
