package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The checkout that Tatara was started from.
 *
 * @param directory where {@code images/} and {@code config/} lie
 */
record Home(Path directory) {
  static final String PROPERTY = "tatara.home";

  /**
   * The folder named by the property {@code tatara.home} or the variable {@code TATARA_HOME}, else
   * the working directory.
   */
  static Home find() {
    String named = System.getProperty(PROPERTY, System.getenv("TATARA_HOME"));
    Path directory = Path.of(named == null ? "" : named).toAbsolutePath().normalize();
    if (!Files.isDirectory(directory.resolve("images"))) {
      throw new InvalidInputException(
          "%s is not a checkout of Tatara; start it with ./tatara, or set TATARA_HOME to the checkout"
              .formatted(directory));
    }
    // Parts of this process that are not told look here.
    System.setProperty(PROPERTY, directory.toString());
    return new Home(directory);
  }

  /** Where state lies unless {@code --state} says otherwise. */
  Path defaultState() {
    return directory.resolve(".tatara");
  }

  /** How to start Tatara, as a user would type it here. */
  String launcher() {
    Path here = Path.of("").toAbsolutePath();
    return here.equals(directory) ? "./tatara" : directory.resolve("tatara").toString();
  }
}
