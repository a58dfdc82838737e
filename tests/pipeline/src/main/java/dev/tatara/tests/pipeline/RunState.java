package dev.tatara.tests.pipeline;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.TaskProgress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a run has left in a state directory. The embedded store keeps objects as files, so tests may
 * look without a server.
 */
public record RunState(Path directory, String run) {
  private static final String BUCKET = "s3/tatara";

  /** The result that lies beside the report. */
  public PipelineResult result() {
    return read(
        directory.resolve("runs").resolve(run).resolve("result.json"), PipelineResult.class);
  }

  public Path report() {
    return directory.resolve("runs").resolve(run).resolve("report.html");
  }

  public Path published() {
    return directory.resolve("runs").resolve(run).resolve("publish");
  }

  /** SHA-256 of the published weights. */
  public String weights() {
    try (InputStream in = Files.newInputStream(published().resolve("model.safetensors"))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The outcome of one stage of the last run. */
  public StageOutcome outcome(Stage stage) {
    return result().stages().stream()
        .filter(outcome -> outcome.stage() == stage)
        .findFirst()
        .orElseThrow();
  }

  /** The artifact of one stage: its digest covers every byte and all that it was made from. */
  public ArtifactRef artifact(Stage stage) {
    ArtifactRef ref = outcome(stage).artifact();
    if (ref == null) {
      throw new AssertionError(stage.word() + " has no artifact");
    }
    return ref;
  }

  /** How far the training or evaluation of this stage has come; empty before it begins. */
  public Optional<TaskProgress> progress(Stage stage) {
    Path work = directory.resolve(BUCKET).resolve("work").resolve(stage.word());
    if (!Files.isDirectory(work)) {
      return Optional.empty();
    }
    try (Stream<Path> runs = Files.list(work)) {
      return runs.map(each -> each.resolve("progress.json"))
          .filter(Files::isRegularFile)
          .findFirst()
          .flatMap(RunState::progressIn);
    } catch (IOException | UncheckedIOException e) {
      return Optional.empty(); // being rewritten or deleted at this very moment
    }
  }

  private static Optional<TaskProgress> progressIn(Path file) {
    TaskProgress progress = read(file, TaskProgress.class);
    return progress.total() > 0 ? Optional.of(progress) : Optional.empty();
  }

  /** Forgets what these stages made, so that the next run makes it again. */
  public void forget(Stage... stages) throws IOException {
    for (Stage stage : stages) {
      for (String kind : List.of("artifacts", "work")) {
        delete(directory.resolve(BUCKET).resolve(kind).resolve(stage.word()));
      }
    }
  }

  /**
   * Lets the failures of earlier attempts be forgotten: a ledger belongs to all of a run's life.
   */
  public void forgetFailures() throws IOException {
    delete(directory.resolve(BUCKET).resolve("runs").resolve(run).resolve("ledger"));
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> paths = Files.walk(tree)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static <T> T read(Path file, Class<T> type) {
    try {
      return Json.read(Files.readAllBytes(file), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
