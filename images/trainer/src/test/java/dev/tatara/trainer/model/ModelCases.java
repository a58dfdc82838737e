package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The models that the reference implementation was recorded with, whichever lie there. */
final class ModelCases {
  /** Name of {@link #models} for a method source. */
  static final String MODELS = "dev.tatara.trainer.model.ModelCases#models";

  static final Path FOLDER = Path.of(System.getProperty("tatara.vectors"), "a_model_forward");

  private ModelCases() {}

  static List<Path> models() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      List<Path> models =
          folders.filter(folder -> Files.exists(folder.resolve("config.json"))).sorted().toList();
      assertThat(models).as("model folders in %s", FOLDER).isNotEmpty();
      return models;
    }
  }
}
