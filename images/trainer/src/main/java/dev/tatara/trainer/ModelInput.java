package dev.tatara.trainer;

import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.HuggingFaceJson;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** A model artifact on local disk, for as long as it is read. */
final class ModelInput implements AutoCloseable {
  private final Path folder;

  private ModelInput(Path folder) {
    this.folder = folder;
  }

  /** Fetches configuration and weights, in one file or several, verified. */
  static ModelInput fetch(Artifacts artifacts, ArtifactRef model) {
    try {
      ModelInput input = new ModelInput(Files.createTempDirectory("tatara-model"));
      for (ManifestObject object : artifacts.manifest(model).objects()) {
        if (ModelFolder.isPart(object.name())) {
          artifacts.fetch(model, object, input.folder.resolve(object.name()));
        }
      }
      return input;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its dimensions alone. */
  static HuggingFaceConfig config(Artifacts artifacts, ArtifactRef model) {
    byte[] json = artifacts.read(model, ModelFolder.CONFIG);
    return HuggingFaceJson.read(json, model.uri() + "/" + ModelFolder.CONFIG);
  }

  HuggingFaceConfig config() {
    try {
      return ModelFolder.config(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parameters as the function makes them, filled with the weights. */
  Parameters load(Function<ParameterLayout, Parameters> make) {
    try {
      return ModelFolder.load(folder, ParameterLayout.of(config()), make);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
