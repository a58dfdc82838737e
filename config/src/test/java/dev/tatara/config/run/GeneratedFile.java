package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A committed file that is made from the records. A test compares it; with {@code
 * -Dtatara.regenerate=true} the test writes it instead.
 */
final class GeneratedFile {
  private static final String COMMAND =
      "mvn -q -pl config test -Dtest=RunSchemaTest,RunReferenceTest -Dtatara.regenerate=true";

  private GeneratedFile() {}

  static void mustBe(Path file, String content) throws IOException {
    if (Boolean.getBoolean("tatara.regenerate")) {
      Files.writeString(file, content);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as("%s no longer says what the records say; regenerate it with: %s", file, COMMAND)
        .isEqualTo(content);
  }
}
