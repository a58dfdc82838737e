package dev.tatara.activities.dpo;

import dev.tatara.activities.data.Prepared;
import dev.tatara.activities.data.RowSources;
import dev.tatara.activities.data.Sources;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.DpoConfig;
import dev.tatara.config.run.PipelineSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Makes the data artifact of {@code dpo}: {@code pairs.jsonl.zst} of {@link
 * dev.tatara.base.token.PairRow}.
 */
public final class PairPreparation {
  public static final String PAIRS = "pairs.jsonl.zst";

  private static final String CODE_VERSION = "data-1";

  private PairPreparation() {}

  /** All that decides the bytes. */
  private record Fingerprint(
      Stage stage,
      String codeVersion,
      int maxTokens,
      String tokens,
      List<String> externalDigests) {}

  /**
   * Prepares the pairs of {@code dpo.data}; finds them again if they were prepared before.
   *
   * @param tokens artifact of tokenize
   * @throws InvalidInputException if a source is missing or no pair is usable
   */
  public static Prepared prepare(
      Artifacts artifacts, Sources sources, PipelineSpec spec, ArtifactRef tokens) {
    DpoConfig config = Objects.requireNonNull(spec.dpo(), "the run has no dpo");
    RowSources rows = list(config, sources);
    String fingerprint =
        Json.digest(
            new Fingerprint(
                Stage.DPO,
                CODE_VERSION,
                config.maxTokens(),
                tokens.digest(),
                rows.externalDigests()));
    ArtifactRef known = artifacts.find(Stage.DPO, fingerprint).orElse(null);
    if (known != null) {
      return prepared(known, artifacts.manifest(known), true);
    }
    Tokenizer tokenizer = Tokenizer.read(artifacts.read(tokens, TokenizerJson.NAME));
    Manifest manifest = write(artifacts, tokens, fingerprint, read(config, rows, tokenizer));
    return prepared(artifacts.commit(manifest), manifest, false);
  }

  private static Prepared prepared(ArtifactRef ref, Manifest manifest, boolean reused) {
    return new Prepared(ref, manifest.counts().getOrDefault("rows", 0L), 0, reused);
  }

  private static RowSources list(DpoConfig config, Sources sources) {
    RowSources rows = new RowSources(sources);
    config
        .data()
        .forEach(
            source ->
                rows.add(
                    source.name(),
                    source.uri(),
                    source.format(),
                    source.license(),
                    source.limit()));
    return rows;
  }

  private static PairRows read(DpoConfig config, RowSources sources, Tokenizer tokenizer) {
    PairRows rows = new PairReading(config, tokenizer).read(sources);
    if (rows.pairs().isEmpty()) {
      throw new InvalidInputException(
          "dpo.data has no pair to train on: %d records were read, and dropped were %s. Check the format of the sources, or raise dpo.maxTokens (%d)"
              .formatted(
                  rows.account().total().in(),
                  rows.account().total().dropped(),
                  config.maxTokens()));
    }
    return rows;
  }

  /** The tokens of the pairs. */
  static PairRows rows(DpoConfig config, Sources sources, Tokenizer tokenizer) {
    return read(config, list(config, sources), tokenizer);
  }

  private static Manifest write(
      Artifacts artifacts, ArtifactRef tokens, String fingerprint, PairRows rows) {
    String prefix = Artifacts.prefix(Stage.DPO, fingerprint);
    return new Manifest(
        Stage.DPO,
        fingerprint,
        CODE_VERSION,
        new TreeMap<>(Map.of(Stage.TOKENIZE.word(), tokens)),
        List.of(artifacts.put(prefix, PAIRS, DocumentShard.write(rows.pairs()))),
        rows.counts(),
        rows.account());
  }
}
