package dev.tatara.trainer;

import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.checkpoint.Curve;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.HuggingFaceJson;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.model.WeightType;
import dev.tatara.trainer.order.Batches;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes the finished model as a Hugging Face folder. Nothing in it depends on when or how often it
 * was computed, so a run that was interrupted gives the same bytes.
 */
final class ModelArtifact {
  /** Raised when the trainer's output would change for the same task. */
  static final String CODE_VERSION = "3";

  private static final Set<String> TOKENIZER_FILES =
      Set.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "chat_template.jinja");

  private final Artifacts artifacts;
  private final TrainTask task;
  private final Runnable fence;

  /**
   * @param fence throws if this process must not write any more; called before the artifact exists
   */
  ModelArtifact(Artifacts artifacts, TrainTask task, Runnable fence) {
    this.artifacts = artifacts;
    this.task = task;
    this.fence = fence;
  }

  /**
   * @param skipped samples that were left out
   */
  ArtifactRef write(
      Curriculum curriculum, SpecialTokens special, Trail trail, List<SampleRange> skipped) {
    Llama model = curriculum.model();
    List<ManifestObject> objects = new ArrayList<>();
    HuggingFaceConfig config = model.config();
    objects.add(put(ModelFolder.CONFIG, HuggingFaceJson.bytes(config, WeightType.F32)));
    objects.add(
        put(
            "generation_config.json",
            HuggingFaceJson.generation(config, stopTokens(config, special))));
    objects.add(put("curve.jsonl", Curve.write(trail.curve())));
    objects.addAll(tokenizerFiles());
    objects.addAll(weights(model));
    objects.sort(Comparator.comparing(ManifestObject::name));
    TreeMap<String, Long> counts = new TreeMap<>();
    counts.put("parameters", model.parameters().layout().parameters());
    counts.put("samples_digest", trail.samples().number());
    counts.put("samples_skipped", skipped.stream().mapToLong(SampleRange::length).sum());
    counts.put("steps", (long) task.steps());
    counts.put("tokens", trail.curve().stream().mapToLong(StepReport.Point::tokens).sum());
    tokens(curriculum, skipped).forEach((what, tokens) -> counts.put("tokens." + what, tokens));
    Manifest manifest =
        new Manifest(
            task.stage(),
            task.fingerprint(),
            CODE_VERSION,
            task.inputs(),
            objects,
            counts,
            Account.EMPTY);
    return StorePatience.insist(
        () -> {
          fence.run();
          return artifacts.commit(manifest);
        });
  }

  /** Tokens by source and language, without those that were left out. */
  private SortedMap<String, Long> tokens(Curriculum curriculum, List<SampleRange> skipped) {
    SortedMap<String, Long> tokens = new TreeMap<>();
    Batches batches = new Batches(task.batch(), skipped);
    SampleRange read = batches.range(0, task.steps() - 1);
    long from = 0;
    for (SampleRange hole : batches.holes()) {
      long until = Math.min(hole.from(), read.until());
      add(tokens, curriculum.consumed().between(from, Math.max(from, until)));
      from = Math.min(hole.until(), read.until());
    }
    add(tokens, curriculum.consumed().between(from, read.until()));
    return tokens;
  }

  private static void add(SortedMap<String, Long> sum, SortedMap<String, Long> more) {
    more.forEach((name, count) -> sum.merge(name, count, Long::sum));
  }

  /** A base model ends at the end of the text; one that chats also at the end of its turn. */
  private List<Integer> stopTokens(HuggingFaceConfig config, SpecialTokens special) {
    List<Integer> stop = new ArrayList<>(List.of(config.endOfText()));
    if (task.stage() != Stage.PRETRAIN) {
      special.id(SpecialTokens.END_OF_TURN).ifPresent(stop::add);
    }
    return stop;
  }

  private List<ManifestObject> tokenizerFiles() {
    ArtifactRef tokenizer = TaskInputs.require(task, "tokenizer");
    List<ManifestObject> copied = new ArrayList<>();
    Manifest manifest = StorePatience.insist(() -> artifacts.manifest(tokenizer));
    for (ManifestObject object : manifest.objects()) {
      if (TOKENIZER_FILES.contains(object.name())) {
        byte[] bytes = StorePatience.insist(() -> artifacts.read(tokenizer, object));
        copied.add(put(object.name(), bytes));
      }
    }
    return copied;
  }

  private ManifestObject put(String name, byte[] bytes) {
    return StorePatience.insist(() -> artifacts.put(task.outputPrefix(), name, bytes));
  }

  private List<ManifestObject> weights(Llama model) {
    List<ManifestObject> objects = new ArrayList<>();
    try {
      Path folder = Files.createTempDirectory("tatara-weights");
      for (Path file : ModelFolder.save(folder, model.parameters())) {
        String name = file.getFileName().toString();
        String key = task.outputPrefix() + name;
        StorePatience.insist(
            () -> {
              artifacts.store().write(key, file);
              return key;
            });
        objects.add(new ManifestObject(name, Files.size(file), sha256(file)));
        Files.delete(file);
      }
      Files.delete(folder);
      return objects;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
