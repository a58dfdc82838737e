package dev.tatara.bench;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.ModelShape;
import java.util.Arrays;

/** Models and batches that are measured; the Python twin has the same table. */
enum Size {
  /** 4.3 M parameters, 2,048 tokens. */
  A(4096, 256, 4, 8, 256, 704, 8, 24),
  /** nanoGPT's setting for processors: 0.8 M parameters, 768 tokens. */
  N(65, 64, 4, 4, 128, 384, 12, 150),
  /** 30 M parameters, 2,048 tokens. */
  M(8192, 512, 8, 8, 512, 1408, 4, 6);

  final int vocabulary;
  final int length;
  final ModelShape shape;
  final int batch;
  final int steps;

  Size(
      int vocabulary,
      int length,
      int layers,
      int heads,
      int hidden,
      int intermediate,
      int batch,
      int steps) {
    this.vocabulary = vocabulary;
    this.length = length;
    this.shape = new ModelShape(hidden, layers, heads, heads, intermediate, true);
    this.batch = batch;
    this.steps = steps;
  }

  static Size of(String name) {
    return Arrays.stream(values())
        .filter(size -> size.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "size is %s; the sizes are %s".formatted(name, Arrays.toString(values()))));
  }
}
