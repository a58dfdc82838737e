package dev.tatara.config.run;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.strict.Place;
import dev.tatara.config.strict.Problem;
import dev.tatara.config.strict.Problems;
import dev.tatara.config.strict.StrictYaml;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads run documents from YAML (or JSON, which is YAML), strictly. */
public final class RunFile {
  /** A file larger than this is not read at all. */
  private static final int MOST_BYTES = 4 << 20;

  private RunFile() {}

  /**
   * Reads a file.
   *
   * @throws InvalidInputException with every problem of the document, or if there is no such file
   */
  public static RunDocument load(Path file) {
    return parse(text(file), file.toString());
  }

  /**
   * Reads a text.
   *
   * @param name name of the file, for messages
   * @throws InvalidInputException with every problem of the document
   */
  public static RunDocument parse(String yaml, String name) {
    return StrictYaml.read(yaml, name, RunDocument.class, RunRules::check);
  }

  /**
   * One problem for each {@code file:} URI behind which there is no file or folder; empty if all is
   * there.
   *
   * @param workingDirectory what relative paths begin at
   */
  public static List<Problem> missingFiles(RunDocument document, Path workingDirectory) {
    Problems problems = new Problems();
    RunRules.eachUri(
        document.spec(),
        problems.at("spec"),
        (Place place, String uri) -> Locations.checkExistence(place, uri, workingDirectory));
    String from = document.spec().pretrain().from();
    if (from != null) {
      Place pretrain = problems.at("spec").in("pretrain");
      Locations.checkFolder(pretrain, "from", from, "config.json", workingDirectory);
    }
    return problems.list();
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new InvalidInputException(
            "%s has more than %,d bytes; a run document is a short text; is this the right file?"
                .formatted(file, MOST_BYTES));
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(
          "There is no file %s; give the path of a run document, for example config/runs/quickstart.yaml"
              .formatted(file),
          e);
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(
          file + " is not UTF-8 text; a run document is YAML; save it as UTF-8", e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s cannot be read (%s); check that it is a file and that you may read it"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
