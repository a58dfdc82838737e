package dev.tatara.activities.sft;

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
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.SftConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Makes the data artifact of {@code sft}: {@code train.jsonl.zst} and {@code heldout.jsonl.zst} of
 * {@link dev.tatara.base.token.ChatRow}.
 */
public final class ChatPreparation {
  public static final String TRAIN = "train.jsonl.zst";
  public static final String HELD_OUT = "heldout.jsonl.zst";

  private static final String CODE_VERSION = "data-1";

  private ChatPreparation() {}

  /** All that decides the bytes. */
  private record Fingerprint(
      Stage stage,
      String codeVersion,
      long seed,
      int maxTokens,
      double heldOut,
      String tokens,
      List<String> externalDigests) {}

  /**
   * Prepares the chats of {@code sft.data}; finds them again if they were prepared before.
   *
   * @param tokens artifact of tokenize
   * @throws InvalidInputException if a source is missing or no chat is usable
   */
  public static Prepared prepare(
      Artifacts artifacts, Sources sources, PipelineSpec spec, ArtifactRef tokens) {
    SftConfig config = Objects.requireNonNull(spec.sft(), "the run has no sft");
    RowSources rows = list(config, sources);
    String fingerprint =
        Json.digest(
            new Fingerprint(
                Stage.SFT,
                CODE_VERSION,
                spec.seed(),
                config.maxTokens(),
                config.heldOut(),
                tokens.digest(),
                rows.externalDigests()));
    ArtifactRef known = artifacts.find(Stage.SFT, fingerprint).orElse(null);
    if (known != null) {
      return prepared(known, artifacts.manifest(known), true);
    }
    Tokenizer tokenizer = Tokenizer.read(artifacts.read(tokens, TokenizerJson.NAME));
    Manifest manifest =
        write(artifacts, tokens, fingerprint, read(config, spec.seed(), rows, tokenizer));
    return prepared(artifacts.commit(manifest), manifest, false);
  }

  private static Prepared prepared(ArtifactRef ref, Manifest manifest, boolean reused) {
    Map<String, Long> counts = manifest.counts();
    return new Prepared(
        ref, counts.getOrDefault("rows", 0L), counts.getOrDefault("heldout_rows", 0L), reused);
  }

  private static RowSources list(SftConfig config, Sources sources) {
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

  private static ChatRows read(
      SftConfig config, long seed, RowSources sources, Tokenizer tokenizer) {
    ChatRows rows = new ChatReading(config, seed, tokenizer).read(sources);
    if (rows.train().isEmpty()) {
      throw new InvalidInputException(
          "sft.data has no chat to train on: %d records were read, %d held out, and dropped were %s. Check the format of the sources, or raise sft.maxTokens (%d)"
              .formatted(
                  rows.account().total().in(),
                  rows.heldOut().size(),
                  rows.account().total().dropped(),
                  config.maxTokens()));
    }
    return rows;
  }

  /** The tokens of the rows. */
  static ChatRows rows(SftConfig config, long seed, Sources sources, Tokenizer tokenizer) {
    return read(config, seed, list(config, sources), tokenizer);
  }

  private static Manifest write(
      Artifacts artifacts, ArtifactRef tokens, String fingerprint, ChatRows rows) {
    String prefix = Artifacts.prefix(Stage.SFT, fingerprint);
    List<ManifestObject> objects =
        List.of(
            artifacts.put(prefix, HELD_OUT, DocumentShard.write(rows.heldOut())),
            artifacts.put(prefix, TRAIN, DocumentShard.write(rows.train())));
    return new Manifest(
        Stage.SFT,
        fingerprint,
        CODE_VERSION,
        new TreeMap<>(Map.of(Stage.TOKENIZE.word(), tokens)),
        objects,
        rows.counts(),
        rows.account());
  }
}
