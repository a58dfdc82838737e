package dev.tatara.activities.publish;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The artifact of {@code publish}: a Hugging Face folder with a model card. */
public final class ModelPublication {
  private static final String CODE_VERSION = "1";
  private static final String CARD = "README.md";

  /** Of interest to the run, not to those who load the model. */
  private static final String CURVE = "curve.jsonl";

  private static final int PROBE_TOKENS = 128;

  private final Artifacts artifacts;
  private final ArtifactRef model;
  private final Manifest manifest;
  private final String card;

  private ModelPublication(Artifacts artifacts, ArtifactRef model, Manifest manifest, String card) {
    this.artifacts = artifacts;
    this.model = model;
    this.manifest = manifest;
    this.card = card;
  }

  /** Prepares to publish a model; nothing is written. */
  public static ModelPublication of(
      Artifacts artifacts,
      String run,
      PipelineSpec spec,
      ArtifactRef model,
      List<EvaluationResult> evaluations,
      GateVerdict verdict) {
    Manifest manifest = artifacts.manifest(model);
    return new ModelPublication(
        artifacts, model, manifest, ModelCard.of(run, spec, manifest, evaluations, verdict));
  }

  private record Fingerprint(Stage stage, String codeVersion, String model, String card) {}

  /** Of the artifact. */
  public String fingerprint() {
    return Json.digest(new Fingerprint(Stage.PUBLISH, CODE_VERSION, model.digest(), card));
  }

  /** Key prefix of what is only of interest while it is being proved. */
  public String workPrefix() {
    return "work/%s/%s/".formatted(Stage.PUBLISH.word(), fingerprint());
  }

  /** The artifact, if it is there already. */
  public Optional<ArtifactRef> find() {
    return artifacts.find(Stage.PUBLISH, fingerprint());
  }

  /**
   * Token sequences on which two engines must agree: the first of every language's training text.
   *
   * @param tokens artifact of {@code tokenize}
   * @return JSON, an array of arrays
   */
  public byte[] probes(ArtifactRef tokens) {
    TokenIndex index = Json.read(artifacts.read(tokens, TokenIndex.NAME), TokenIndex.class);
    int longest = longestProbe();
    List<List<Integer>> probes = new ArrayList<>();
    for (TokenIndex.Language language : index.languages().values()) {
      for (TokenIndex.Part part : language.parts()) {
        List<Integer> ids =
            first(artifacts.read(tokens, part.name()), index.bytesPerToken(), longest);
        if (!ids.isEmpty()) {
          probes.add(ids);
        }
      }
    }
    return Json.bytes(probes);
  }

  /** No longer than the model reads. */
  private int longestProbe() {
    JsonNode config = Json.read(artifacts.read(model, "config.json"), JsonNode.class);
    return Math.min(PROBE_TOKENS, config.path("max_position_embeddings").asInt(PROBE_TOKENS));
  }

  private static List<Integer> first(byte[] packed, int width, int longest) {
    List<Integer> ids = new ArrayList<>();
    for (int at = 0; at + width <= packed.length && ids.size() < longest; at += width) {
      int id = 0;
      for (int i = width - 1; i >= 0; i--) {
        id = id << 8 | packed[at + i] & 0xff;
      }
      ids.add(id);
    }
    return ids;
  }

  /** Writes the folder. */
  public ArtifactRef write() {
    String fingerprint = fingerprint();
    String prefix = Artifacts.prefix(Stage.PUBLISH, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    for (ManifestObject object : manifest.objects()) {
      if (!object.name().equals(CURVE)) {
        objects.add(artifacts.put(prefix, object.name(), artifacts.read(model, object)));
      }
    }
    objects.add(artifacts.put(prefix, CARD, card.getBytes(StandardCharsets.UTF_8)));
    objects.sort(Comparator.comparing(ManifestObject::name));
    SortedMap<String, ArtifactRef> inputs = new TreeMap<>();
    inputs.put("model", model);
    return artifacts.commit(
        new Manifest(
            Stage.PUBLISH,
            fingerprint,
            CODE_VERSION,
            inputs,
            objects,
            manifest.counts(),
            Account.EMPTY));
  }
}
