package dev.tatara.config.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The JSON Schema (draft 2020-12) of run documents, for editors and for the custom resource. It is
 * made of the records and their comments, see {@code config/README.md}.
 */
public final class RunSchema {
  private static final String FILE = "run.schema.json";

  private RunSchema() {}

  /** The schema as text. */
  public static String json() {
    try (InputStream in = RunSchema.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is packed beside " + RunSchema.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
