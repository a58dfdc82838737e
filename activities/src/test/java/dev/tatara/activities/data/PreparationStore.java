package dev.tatara.activities.data;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.base.tokenizer.BpeTrainer;
import dev.tatara.base.tokenizer.PreTokenizer;
import dev.tatara.base.tokenizer.TextForm;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.base.tokenizer.TokenizerModel;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** A store with the artifact of a tokenizer that knows bytes alone. */
public final class PreparationStore implements AutoCloseable {
  private static final TokenizerModel MODEL =
      BpeTrainer.train(new TreeMap<>(), 260, PreTokenizer.GPT2, TextForm.AS_IS);

  private final EmbeddedObjectStore server;
  private final Artifacts artifacts;

  public PreparationStore(Path directory) {
    server = EmbeddedObjectStore.start(directory, 0, "access", "secret");
    artifacts =
        new Artifacts(
            ObjectStore.connect(
                new StoreSettings(
                    server.endpoint(), "us-east-1", "access", "secret", "tatara", "")));
  }

  public Artifacts artifacts() {
    return artifacts;
  }

  public static Tokenizer tokenizer() {
    return new Tokenizer(MODEL);
  }

  /** The artifact of tokenize. */
  public ArtifactRef tokens() {
    String prefix = Artifacts.prefix(Stage.TOKENIZE, "t");
    return artifacts.commit(
        new Manifest(
            Stage.TOKENIZE,
            "t",
            "1",
            new TreeMap<>(),
            List.of(artifacts.put(prefix, TokenizerJson.NAME, TokenizerJson.write(MODEL))),
            new TreeMap<>(),
            Account.EMPTY));
  }

  @Override
  public void close() {
    server.close();
  }
}
