package dev.tatara.activities.model;

import dev.tatara.base.tokenizer.BpeTrainer;
import dev.tatara.base.tokenizer.PreTokenizer;
import dev.tatara.base.tokenizer.TextForm;
import dev.tatara.base.tokenizer.TokenizerConfigJson;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.base.tokenizer.TokenizerModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.TreeMap;

/** A small folder in Hugging Face layout, with some bytes for weights. */
final class ModelFolderOnDisk {
  static final TokenizerModel TOKENIZER =
      BpeTrainer.train(new TreeMap<>(), 260, PreTokenizer.GPT2, TextForm.AS_IS);

  private static final String CONFIG =
      """
      {"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
       "num_key_value_heads": 2, "intermediate_size": 176, "vocab_size": 300, "eos_token_id": [5, 6]}
      """;

  private final Path folder;

  ModelFolderOnDisk(Path folder) throws IOException {
    this.folder = folder;
    with("config.json", CONFIG);
    Files.write(folder.resolve(TokenizerJson.NAME), TokenizerJson.write(TOKENIZER));
    Files.write(folder.resolve(TokenizerConfigJson.NAME), TokenizerConfigJson.write(TOKENIZER));
    with("model.safetensors", "weights");
  }

  ModelFolderOnDisk with(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
    return this;
  }

  ModelFolderOnDisk without(String name) throws IOException {
    Files.delete(folder.resolve(name));
    return this;
  }

  /** A file with one passage replaced. */
  ModelFolderOnDisk with(String name, String passage, String other) throws IOException {
    return with(name, Files.readString(folder.resolve(name)).replace(passage, other));
  }

  String uri() {
    return "file:" + folder.getFileName();
  }

  Path base() {
    return Objects.requireNonNull(folder.getParent());
  }
}
