package dev.tatara.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.ChatRow;
import dev.tatara.base.token.PairRow;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.trainer.order.SampleOrder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Artifacts that a small model can learn from within a minute. */
final class SmallData {
  /** From here on, tokens that only poison has. */
  private static final int RARE = 250;

  private final Artifacts artifacts;

  SmallData(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  /** Two languages of pseudo-words that a model can learn, in two parts each. */
  ArtifactRef tokens(int perPart) throws IOException {
    return tokens("tokens-" + perPart, perPart, 1, List.of(), null);
  }

  /** As {@link #tokens(int)}, with so many times the 100 held-out tokens of each language. */
  ArtifactRef tokens(int perPart, int heldOut) throws IOException {
    return tokens("tokens-%d-%d".formatted(perPart, heldOut), perPart, heldOut, List.of(), null);
  }

  /** As {@link #tokens(int)}, but some windows hold tokens that occur nowhere else, at random. */
  ArtifactRef poisoned(int perPart, List<SampleOrder.Sample> poison) throws IOException {
    return tokens("poisoned-" + perPart, perPart, 1, poison, null);
  }

  /** As {@link #tokens(int)}, but the first token of a document begins it and is no text. */
  ArtifactRef beginning(int perPart) throws IOException {
    return tokens("beginning-" + perPart, perPart, 1, List.of(), 1);
  }

  private ArtifactRef tokens(
      String fingerprint,
      int perPart,
      int heldOut,
      List<SampleOrder.Sample> poison,
      @Nullable Integer beginOfText)
      throws IOException {
    String prefix = Artifacts.prefix(Stage.TOKENIZE, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    SortedMap<String, TokenIndex.Language> languages = new TreeMap<>();
    for (String language : List.of("en", "ja")) {
      List<TokenIndex.Part> parts = new ArrayList<>();
      for (int p = 0; p < 2; p++) {
        String name = "train/%s/%05d.bin".formatted(language, p);
        int base = language.equals("en") ? 4 : 130;
        byte[] stream = stream(perPart, base, p);
        for (SampleOrder.Sample sample : poison) {
          if (sample.stream().equals(language)) {
            poison(stream, sample.item() * Workbench.LENGTH - (long) p * perPart);
          }
        }
        objects.add(artifacts.put(prefix, name, stream));
        parts.add(new TokenIndex.Part(name, name + ".idx", perPart, "made"));
      }
      // Documents of 50, 20 and 30 tokens, ends included.
      String name = "validation/%s.bin".formatted(language);
      String starts = "validation/%s.boundaries".formatted(language);
      objects.add(
          artifacts.put(prefix, name, stream(100 * heldOut, language.equals("en") ? 4 : 130, 9)));
      objects.add(artifacts.put(prefix, starts, starts(heldOut)));
      TokenIndex.Part validation = new TokenIndex.Part(name, starts, 100L * heldOut, "");
      languages.put(
          language,
          new TokenIndex.Language(parts, 2L * perPart, 1, 1, "none", 388, 97, 1.0, validation));
    }
    objects.add(
        artifacts.put(
            prefix,
            TokenIndex.NAME,
            Json.bytes(new TokenIndex(Workbench.VOCABULARY, beginOfText, 0, languages))));
    objects.add(artifacts.put(prefix, "tokenizer.json", tokenizer()));
    objects.add(
        artifacts.put(prefix, "tokenizer_config.json", "{}".getBytes(StandardCharsets.UTF_8)));
    return commit(Stage.TOKENIZE, fingerprint, objects);
  }

  private static void poison(byte[] stream, long firstToken) {
    ByteBuffer bytes = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(firstToken);
    for (long token = firstToken; token < firstToken + Workbench.LENGTH; token++) {
      short rare = (short) (RARE + random.nextInt(6));
      if (token >= 0 && 2 * token < stream.length) {
        bytes.putShort((int) (2 * token), rare);
      }
    }
  }

  private static byte[] starts(int repeated) {
    ByteBuffer bytes =
        ByteBuffer.allocate(3 * repeated * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long first = 0; first < 100L * repeated; first += 100) {
      bytes.putLong(first).putLong(first + 50).putLong(first + 70);
    }
    return bytes.array();
  }

  private static byte[] tokenizer() {
    return """
        {"added_tokens":[{"id":0,"content":"<|endoftext|>"},{"id":1,"content":"<|pad|>"},
        {"id":2,"content":"<|im_start|>"},{"id":3,"content":"<|im_end|>"}]}
        """
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] stream(int tokens, int base, int seed) {
    Random random = new Random(seed);
    ByteBuffer bytes = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
    int word = 0;
    while (bytes.hasRemaining()) {
      word = random.nextInt(4) == 0 ? random.nextInt(40) : (word * 7 + 3) % 40;
      for (int c = 0; c < 3 && bytes.hasRemaining(); c++) {
        bytes.putShort((short) (base + (word * 3 + c) % 120));
      }
    }
    return bytes.array();
  }

  /**
   * The model, but the embeddings of the tokens that only poison has are infinite, as an export in
   * half precision leaves what it cannot hold.
   */
  ArtifactRef overflown(ArtifactRef model) {
    String prefix = Artifacts.prefix(Stage.PRETRAIN, "overflown");
    List<ManifestObject> objects = new ArrayList<>();
    for (ManifestObject object : artifacts.manifest(model).objects()) {
      byte[] bytes = artifacts.read(model, object);
      if (object.name().equals("model.safetensors")) {
        overflow(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      }
      objects.add(artifacts.put(prefix, object.name(), bytes));
    }
    return commit(Stage.PRETRAIN, "overflown", objects);
  }

  private static void overflow(ByteBuffer file) {
    int header = (int) file.getLong(0);
    byte[] json = new byte[header];
    file.get(Long.BYTES, json);
    JsonNode offsets = Json.tree(json).path("model.embed_tokens.weight").path("data_offsets");
    int begin = Long.BYTES + header + offsets.path(0).asInt();
    int end = Long.BYTES + header + offsets.path(1).asInt();
    int row = (end - begin) / Workbench.VOCABULARY;
    for (int at = begin + RARE * row; at < end; at += Float.BYTES) {
      file.putFloat(at, Float.POSITIVE_INFINITY);
    }
  }

  ArtifactRef chats(int count) {
    List<ChatRow> rows = new ArrayList<>();
    Random random = new Random(5);
    for (int i = 0; i < count; i++) {
      List<Integer> ids = new ArrayList<>();
      List<Integer> mask = new ArrayList<>();
      int word = random.nextInt(40);
      for (int t = 0; t < 6 + random.nextInt(20); t++) {
        ids.add(4 + (word + t) % 120);
        mask.add(t > 3 ? 1 : 0);
      }
      rows.add(new ChatRow(ids, mask));
    }
    String prefix = Artifacts.prefix(Stage.SFT, "chats");
    return commit(
        Stage.SFT,
        "chats",
        List.of(artifacts.put(prefix, "train.jsonl.zst", DocumentShard.write(rows))));
  }

  ArtifactRef pairs(int count) {
    List<PairRow> rows = new ArrayList<>();
    Random random = new Random(6);
    for (int i = 0; i < count; i++) {
      int word = random.nextInt(40);
      List<Integer> chosen = new ArrayList<>();
      List<Integer> rejected = new ArrayList<>();
      for (int t = 0; t < 4 + random.nextInt(8); t++) {
        chosen.add(4 + (word + t) % 120);
        rejected.add(130 + random.nextInt(100));
      }
      rows.add(new PairRow(List.of(2, 4 + word, 5 + word), chosen, rejected));
    }
    String prefix = Artifacts.prefix(Stage.DPO, "pairs");
    return commit(
        Stage.DPO,
        "pairs",
        List.of(artifacts.put(prefix, "pairs.jsonl.zst", DocumentShard.write(rows))));
  }

  private ArtifactRef commit(Stage stage, String fingerprint, List<ManifestObject> objects) {
    return artifacts.commit(
        new Manifest(
            stage, fingerprint, "1", new TreeMap<>(), objects, new TreeMap<>(), Account.EMPTY));
  }
}
