package dev.tatara.config.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Model shapes by name. The name is about the number of parameters with the vocabulary that the
 * size is meant for (4,096 up to 4m, 32,000 above).
 */
public final class ModelSize {
  private static final Map<String, ModelShape> SHAPES = shapes();

  private ModelSize() {}

  private static Map<String, ModelShape> shapes() {
    Map<String, ModelShape> shapes = new LinkedHashMap<>();
    shapes.put("nano", new ModelShape(64, 2, 2, 1, 192, true));
    shapes.put("1m", new ModelShape(128, 3, 4, 2, 384, true));
    shapes.put("4m", new ModelShape(256, 4, 8, 4, 704, true));
    shapes.put("15m", new ModelShape(288, 6, 6, 6, 768, true));
    shapes.put("42m", new ModelShape(512, 8, 8, 8, 1376, true));
    shapes.put("124m", new ModelShape(768, 12, 12, 12, 2048, true));
    shapes.put("350m", new ModelShape(1024, 24, 16, 16, 2752, true));
    shapes.put("1b", new ModelShape(2048, 16, 32, 8, 8192, true));
    shapes.put("7b", new ModelShape(4096, 32, 32, 32, 11008, false));
    return Collections.unmodifiableMap(shapes);
  }

  /** Known names and their shapes, smallest first. */
  public static Map<String, ModelShape> all() {
    return SHAPES;
  }

  /** There is a shape with this name. */
  static boolean knows(String name) {
    return SHAPES.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /**
   * The shape with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public static ModelShape of(String name) {
    ModelShape shape = SHAPES.get(name.toLowerCase(Locale.ROOT));
    if (shape == null) {
      throw new IllegalArgumentException(
          "is \"%s\"; use one of %s, or give pretrain.dimensions"
              .formatted(name, String.join(", ", SHAPES.keySet())));
    }
    return shape;
  }
}
