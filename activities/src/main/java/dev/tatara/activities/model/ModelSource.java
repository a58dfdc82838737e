package dev.tatara.activities.model;

import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.Sources.SourceFile;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.PretrainConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The folder in Hugging Face layout that {@code pretrain.from} names. Only files of known names are
 * looked at, and each up to a size.
 */
public final class ModelSource {
  static final String CONFIG = "config.json";
  static final String TOKENIZER = "tokenizer.json";
  static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  static final String SPECIAL_TOKENS = "special_tokens_map.json";
  static final String CHAT_TEMPLATE = "chat_template.jinja";

  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  /** Most bytes of each file that is read as a whole. */
  private static final Map<String, Integer> LARGEST =
      Map.of(
          CONFIG,
          1 << 20,
          "generation_config.json",
          1 << 20,
          TOKENIZER,
          64 << 20,
          TOKENIZER_CONFIG,
          16 << 20,
          SPECIAL_TOKENS,
          1 << 20,
          CHAT_TEMPLATE,
          1 << 20,
          INDEX,
          64 << 20);

  /** Weights have up to four; the estimate of the parameters may be off by a factor. */
  private static final long MOST_BYTES_PER_PARAMETER = 16;

  /** As long as the header of a safetensors file may be. */
  private static final long HEADER = 100_000_000;

  private final Sources sources;
  private final String uri;
  private final SortedMap<String, SourceFile> files = new TreeMap<>();

  /** Lists the files that describe the model; its weights are not looked at. */
  private ModelSource(Sources sources, String uri) {
    this.sources = sources;
    this.uri = uri;
    for (SourceFile file : sources.folder(uri, LARGEST::containsKey)) {
      files.put(file.name(), file);
    }
    for (String name : List.of(CONFIG, TOKENIZER, TOKENIZER_CONFIG)) {
      require(name);
    }
  }

  /**
   * The folder, if the run continues from one.
   *
   * @throws InvalidInputException if it is not there, or lacks a file that every model has
   */
  public static Optional<ModelSource> of(PipelineSpec spec, Sources sources) {
    return uri(spec).map(uri -> new ModelSource(sources, uri));
  }

  /** Where the run continues from, if it does. */
  public static Optional<String> uri(PipelineSpec spec) {
    return Optional.ofNullable(spec.pretrain()).map(PretrainConfig::from);
  }

  String uri() {
    return uri;
  }

  /** What {@code config.json} says. */
  public ModelConfig config() {
    return ModelConfig.read(bytes(CONFIG), uri + "/" + CONFIG);
  }

  /** Its tokenizer. */
  public GivenTokenizer tokenizer() {
    return GivenTokenizer.of(this);
  }

  /** Digests by name of the files that the tokenizer is made of. */
  public SortedMap<String, String> tokenizerDigests() {
    SortedMap<String, String> digests = new TreeMap<>();
    for (String name :
        List.of(CONFIG, TOKENIZER, TOKENIZER_CONFIG, SPECIAL_TOKENS, CHAT_TEMPLATE)) {
      SourceFile file = files.get(name);
      if (file != null) {
        digests.put(name, file.digest());
      }
    }
    return digests;
  }

  /**
   * All files that are imported: those listed, without an index that is not needed, and weights.
   */
  List<SourceFile> all() {
    List<SourceFile> all = new ArrayList<>(files.values());
    List<SourceFile> whole = sources.folder(uri, WEIGHTS::equals);
    if (!whole.isEmpty()) {
      all.removeIf(file -> file.name().equals(INDEX));
      all.addAll(whole);
      return bounded(all);
    }
    if (!files.containsKey(INDEX)) {
      throw missing(WEIGHTS + ", nor " + INDEX);
    }
    Set<String> names = WeightIndex.files(bytes(INDEX), uri + "/" + INDEX);
    List<SourceFile> shards = sources.folder(uri, names::contains);
    for (String name : names) {
      if (shards.stream().noneMatch(file -> file.name().equals(name))) {
        throw missing(name + ", which its index names");
      }
    }
    all.addAll(shards);
    return bounded(all);
  }

  /** Far more bytes than the model has numbers are not its weights. */
  private List<SourceFile> bounded(List<SourceFile> all) {
    ModelConfig config = config();
    long most = MOST_BYTES_PER_PARAMETER * config.parameters() + all.size() * HEADER;
    long bytes = all.stream().mapToLong(SourceFile::size).sum();
    if (bytes > most) {
      throw new InvalidInputException(
          "%s has %,d bytes, but the model of its config.json, of about %,d parameters, needs at most %,d. Is this the right folder?"
              .formatted(uri, bytes, config.parameters(), most));
    }
    return all;
  }

  Optional<byte[]> bytesIfPresent(String name) {
    return Optional.ofNullable(files.get(name)).map(this::bytes);
  }

  byte[] bytes(String name) {
    return bytes(require(name));
  }

  private byte[] bytes(SourceFile file) {
    int largest = LARGEST.getOrDefault(file.name(), 0);
    try (InputStream in = open(file)) {
      byte[] bytes = in.readNBytes(largest + 1);
      if (bytes.length > largest) {
        throw new InvalidInputException(
            "%s has more than %,d bytes, which no such file of a model needs. Is this the right folder?"
                .formatted(file.uri(), largest));
      }
      if (!Json.sha256(bytes).equals(file.digest())) {
        throw changed(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(file.uri()), e);
    }
  }

  InputStream open(SourceFile file) {
    return sources.open(file);
  }

  static InvalidInputException changed(SourceFile file) {
    return new InvalidInputException(
        "%s changed while it was read. Leave the folder alone while a run begins, and run again"
            .formatted(file.uri()));
  }

  private SourceFile require(String name) {
    SourceFile file = files.get(name);
    if (file == null) {
      throw missing(name);
    }
    return file;
  }

  private InvalidInputException missing(String what) {
    return new InvalidInputException(
        "pretrain.from is %s, which has no %s; it must be a folder with %s, %s, %s and %s (or %s and the files it names)"
            .formatted(uri, what, CONFIG, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS, INDEX));
  }
}
