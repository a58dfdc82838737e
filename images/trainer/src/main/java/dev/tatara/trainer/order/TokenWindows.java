package dev.tatara.trainer.order;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The training tokens of an artifact of {@code tokenize}, cut into samples. Each language of each
 * source is a stream of its own, so that a mixture can weigh either without tokenising again.
 * Window i of a stream begins at token i × length and has one token more than that, so every token
 * but the first is a target once. Parts are fetched when first needed, verified, and kept on disk.
 */
public final class TokenWindows {
  private final Artifacts artifacts;
  private final ArtifactRef tokens;
  private final TokenIndex index;
  private final int length;
  private final Path cache;
  private final Map<String, ManifestObject> objects;
  private final Map<String, Text> texts = new TreeMap<>();

  /** A part and the place of its first token in its stream. */
  private record Part(TokenFile file, long begin, long tokens) {}

  /** What one source has in one language. */
  private static final class Text {
    final String source;
    final String language;
    final List<Part> parts = new ArrayList<>();
    long tokens;

    Text(String source, String language) {
      this.source = source;
      this.language = language;
    }

    void add(TokenFile file, long more) {
      parts.add(new Part(file, tokens, more));
      tokens += more;
    }
  }

  /**
   * @param length tokens that one sample predicts
   * @param cache directory for fetched parts
   */
  public TokenWindows(Artifacts artifacts, ArtifactRef tokens, int length, Path cache) {
    this.artifacts = artifacts;
    this.tokens = tokens;
    this.length = length;
    this.cache = cache;
    Manifest manifest = artifacts.manifest(tokens);
    objects =
        manifest.objects().stream()
            .collect(Collectors.toMap(ManifestObject::name, Function.identity()));
    index = Json.read(artifacts.read(tokens, TokenIndex.NAME), TokenIndex.class);
    index
        .languages()
        .forEach(
            (language, stream) -> {
              for (TokenIndex.Part part : stream.parts()) {
                TokenFile file =
                    new TokenFile(artifacts, tokens, part, objects.get(part.name()), index, cache);
                texts
                    .computeIfAbsent(
                        part.source() + "/" + language, name -> new Text(part.source(), language))
                    .add(file, part.tokens());
              }
            });
  }

  /** What {@code tokenize} says about its tokens. */
  public TokenIndex index() {
    return index;
  }

  /** What each source has in each language, and how many windows. */
  public List<SampleOrder.Stream> streams() {
    List<SampleOrder.Stream> streams = new ArrayList<>();
    texts.forEach(
        (name, text) ->
            streams.add(
                new SampleOrder.Stream(
                    name, text.source, text.language, Math.max(0, (text.tokens - 1) / length))));
    return streams;
  }

  /**
   * Tokens that samples with these counts predict: by {@code source.NAME}, {@code language.NAME}.
   */
  public SortedMap<String, Long> tokens(Map<String, Long> samples) {
    SortedMap<String, Long> tokens = new TreeMap<>();
    samples.forEach(
        (name, count) -> {
          Text text = Objects.requireNonNull(texts.get(name), name);
          tokens.merge("source." + text.source, count * length, Long::sum);
          tokens.merge("language." + text.language, count * length, Long::sum);
        });
    return tokens;
  }

  /**
   * The beginning of the held-out text of each language that has some: every token of a document is
   * predicted once, the first from the token that begins it, or else from the end of a text.
   *
   * @param most tokens of each language
   */
  public List<HeldOut> heldOut(long most) {
    List<HeldOut> all = new ArrayList<>();
    index
        .languages()
        .forEach(
            (language, stream) -> {
              TokenIndex.Part part = stream.heldOut();
              if (part != null && stream.validationTokens() > 0) {
                all.add(
                    new HeldOut(
                        language,
                        windows(part, most),
                        (double) stream.validationBytes() / stream.validationTokens()));
              }
            });
    return all;
  }

  private List<int[]> windows(TokenIndex.Part part, long most) {
    ByteBuffer starts =
        ByteBuffer.wrap(artifacts.read(tokens, part.boundaries())).order(ByteOrder.LITTLE_ENDIAN);
    TokenFile file = new TokenFile(artifacts, tokens, part, objects.get(part.name()), index, cache);
    List<int[]> windows = new ArrayList<>();
    long left = most;
    while (starts.hasRemaining() && left > 0) {
      long begin = starts.getLong();
      long next = starts.hasRemaining() ? starts.getLong(starts.position()) : part.tokens();
      // The tokens that begin and end a document are not predicted: they are no text.
      long text = index.beginOfText() == null ? begin : begin + 1;
      for (long at = text; at < next - 1 && left > 0; at += length - 1) {
        int count = (int) Math.min(Math.min(length - 1, next - 1 - at), left);
        windows.add(window(file, at, count, at == begin));
        left -= count;
      }
    }
    return windows;
  }

  private int[] window(TokenFile file, long at, int count, boolean first) {
    long[] ids = new long[count + 1];
    ids[0] = index.endOfText();
    file.read(first ? at : at - 1, ids, first ? 1 : 0, first ? count : count + 1);
    return LongStream.of(ids).mapToInt(id -> (int) id).toArray();
  }

  /** Copies one window, length + 1 tokens, to the place in the array. */
  public void read(SampleOrder.Sample sample, long[] target, int at) {
    long position = sample.item() * length;
    int wanted = length + 1;
    int copied = 0;
    for (Part part : Objects.requireNonNull(texts.get(sample.stream())).parts) {
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
