package dev.tatara.trainer.order;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The training tokens of an artifact of {@code tokenize}, cut into samples: window i of a language
 * begins at token i × length and has one token more than that, so every token but the first is a
 * target once. Parts are fetched when first needed, verified, and kept on disk.
 */
public final class TokenWindows {
  private final TokenIndex index;
  private final int length;
  private final Map<String, List<Part>> parts = new TreeMap<>();

  /** A part and the place of its first token in the language's stream. */
  private record Part(TokenFile file, long begin, long tokens) {}

  /**
   * @param length tokens that one sample predicts
   * @param cache directory for fetched parts
   */
  public TokenWindows(Artifacts artifacts, ArtifactRef tokens, int length, Path cache) {
    this.length = length;
    Manifest manifest = artifacts.manifest(tokens);
    Map<String, ManifestObject> objects =
        manifest.objects().stream()
            .collect(Collectors.toMap(ManifestObject::name, Function.identity()));
    index = Json.read(artifacts.read(tokens, TokenIndex.NAME), TokenIndex.class);
    index
        .languages()
        .forEach(
            (language, stream) -> {
              List<Part> list = new ArrayList<>();
              long begin = 0;
              for (TokenIndex.Part part : stream.parts()) {
                TokenFile file =
                    new TokenFile(artifacts, tokens, part, objects.get(part.name()), index, cache);
                list.add(new Part(file, begin, part.tokens()));
                begin += part.tokens();
              }
              parts.put(language, list);
            });
  }

  /** What {@code tokenize} says about its tokens. */
  public TokenIndex index() {
    return index;
  }

  /** The languages, by name, and their windows. */
  public List<SampleOrder.Stream> streams() {
    List<SampleOrder.Stream> streams = new ArrayList<>();
    index
        .languages()
        .forEach(
            (language, stream) ->
                streams.add(
                    new SampleOrder.Stream(language, Math.max(0, (stream.tokens() - 1) / length))));
    return streams;
  }

  /** Copies one window, length + 1 tokens, to the place in the array. */
  public void read(SampleOrder.Sample sample, long[] target, int at) {
    long position = sample.item() * length;
    int wanted = length + 1;
    int copied = 0;
    for (Part part : parts.getOrDefault(sample.stream(), List.of())) {
      long from = position + copied - part.begin();
      if (copied < wanted && from >= 0 && from < part.tokens()) {
        int here = (int) Math.min(wanted - copied, part.tokens() - from);
        part.file().read(from, target, at + copied, here);
        copied += here;
      }
    }
    if (copied != wanted) {
      throw new IllegalArgumentException("%s ends before token %d".formatted(sample, position));
    }
  }
}
