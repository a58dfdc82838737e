package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.run.RunFile;
import dev.tatara.config.strict.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A run document that can be run here: it is valid, and its files are there.
 *
 * @param base what its relative {@code file:} URIs begin at
 */
record RunDocuments(RunDocument document, Path base) {

  /**
   * Reads a document. Its files are looked for from the working directory and, so that the examples
   * run from anywhere, from the checkout.
   *
   * @throws InvalidInputException with everything that is wrong
   */
  static RunDocuments load(Path file, Home home) {
    RunDocument document = RunFile.load(file);
    Path here = Path.of("").toAbsolutePath();
    List<Problem> missingHere = RunFile.missingFiles(document, here);
    if (missingHere.isEmpty()) {
      return new RunDocuments(document, here);
    }
    List<Problem> missingAtHome = RunFile.missingFiles(document, home.directory());
    if (missingAtHome.isEmpty()) {
      return new RunDocuments(document, home.directory());
    }
    // Where fewer are missing, the user probably meant.
    List<Problem> missing = missingAtHome.size() < missingHere.size() ? missingAtHome : missingHere;
    throw new InvalidInputException(
        "%s names %d %s not there:\n  %s"
            .formatted(
                file,
                missing.size(),
                missing.size() == 1 ? "file that is" : "files that are",
                missing.stream().map(Problem::sentence).collect(Collectors.joining("\n  "))));
  }
}
