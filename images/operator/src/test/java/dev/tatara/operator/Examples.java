package dev.tatara.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.operator.RunFacts.Phase;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.Wait;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The resource {@code ci} of namespace {@code models}, and a workflow of it. */
final class Examples {
  static final String UID = "uid-1";
  static final String RUN = "models-ci";
  static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");
  static final String REPORT = "s3://tatara/runs/models-ci/result.json";

  private Examples() {}

  static PipelineResource resource(String seed) {
    return resource("ci", seed);
  }

  static PipelineResource resource(String name, String seed) {
    try {
      Path file = Path.of(System.getProperty("tatara.home"), "config/runs/ci.yaml");
      ObjectNode spec = (ObjectNode) new YAMLMapper().readTree(file.toFile()).path("spec");
      return resource(name, spec.put("seed", Long.parseLong(seed)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PipelineResource resource(String name, JsonNode spec) {
    PipelineResource resource = new PipelineResource();
    resource.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace("models")
            .withUid(UID)
            .withGeneration(1L)
            .build());
    resource.setSpec(spec);
    return resource;
  }

  static Desired.Document document(String seed) {
    return (Desired.Document) Desired.of(resource(seed));
  }

  static PipelineSpec spec(String seed) {
    return document(seed).document().spec();
  }

  static Owner owner(long generation, String seed) {
    return new Owner("models", "ci", UID, generation, document(seed).digest());
  }

  static RunFacts facts(Phase phase, @Nullable Owner owner) {
    boolean ended = phase != Phase.RUNNING;
    return new RunFacts(
        "run-id",
        "run-id",
        phase,
        owner,
        NOW.minusSeconds(60),
        ended ? NOW : null,
        null,
        "",
        phase == Phase.FAILED ? "The store is full; make room" : null,
        phase == Phase.COMPLETED ? "s3://tatara/publish/abc" : null,
        phase == Phase.COMPLETED ? Double.valueOf(2.5) : null);
  }

  static PipelineStatus progress(
      Stage stage, String note, @Nullable Wait wait, long step, long steps) {
    StageOutcome outcome =
        new StageOutcome(stage, State.RUNNING, 0, null, new TreeMap<>(), Account.EMPTY, note);
    return new PipelineStatus(RUN, stage, false, List.of(outcome), wait, 1.5, null, step, steps);
  }

  static Question question(
      long generation, String seed, PipelineResourceStatus remembered, @Nullable RunFacts facts) {
    return new Question(UID, generation, RUN, document(seed), remembered, facts, null);
  }

  /** The status as the operator would have written it before. */
  static PipelineResourceStatus after(Question question) {
    return status(question, question.verdict());
  }

  static PipelineResourceStatus status(Question question, Verdict verdict) {
    return new NextStatus(question, verdict, REPORT, NOW).status();
  }
}
