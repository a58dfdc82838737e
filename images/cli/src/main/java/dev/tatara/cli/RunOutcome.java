package dev.tatara.cli;

import dev.tatara.base.store.Artifacts;
import dev.tatara.cli.report.ReportContent;
import dev.tatara.cli.report.ReportPage;
import dev.tatara.cli.report.ReportReader;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.PipelineResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lays down what a run came to, for people: the report, the model folder, the result. */
final class RunOutcome {
  private static final String RESULT = "result.json";
  private static final String SAMPLES = "samples.json";

  private final State state;
  private final Artifacts artifacts;
  private final String launcher;

  RunOutcome(State state, Artifacts artifacts, String launcher) {
    this.state = state;
    this.artifacts = artifacts;
    this.launcher = launcher;
  }

  /** What the model wrote, and which model it was. */
  record Samples(String model, List<ReportContent.Sample> samples) {}

  /** The last result of a run that is known on this machine. */
  static Optional<PipelineResult> local(State state, String run) {
    return read(state.run(run).resolve(RESULT), PipelineResult.class);
  }

  private static <T> Optional<T> read(Path file, Class<T> type) {
    try {
      return Optional.of(Json.read(Files.readAllBytes(file), type));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The result that the workflow left in the store. */
  Optional<PipelineResult> stored(String run) {
    return artifacts
        .store()
        .readIfPresent("runs/" + run + "/" + RESULT)
        .map(bytes -> Json.read(bytes, PipelineResult.class));
  }

  /** Copies the published folder out of the store, each object verified against its digest. */
  Path export(String run, ArtifactRef model) throws IOException {
    Path target = state.published(run);
    Path draft = target.resolveSibling("publish.new");
    delete(draft);
    Files.createDirectories(draft);
    artifacts.download(model, draft);
    delete(target);
    Files.move(draft, target);
    return target;
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The samples of this model, if they were taken before. */
  Optional<Samples> samples(String run, ArtifactRef model) {
    return read(state.run(run).resolve(SAMPLES), Samples.class)
        .filter(samples -> samples.model().equals(model.digest()));
  }

  void keep(String run, Samples samples) throws IOException {
    write(state.run(run).resolve(SAMPLES), Json.pretty(samples));
  }

  /** Writes result and report. */
  Path report(PipelineResult result) throws IOException {
    String run = result.run();
    Path published = state.published(run);
    @Nullable String folder =
        result.model() != null && Files.isDirectory(published) ? shown(published) : null;
    List<ReportContent.Sample> samples =
        result.model() == null
            ? List.of()
            : samples(run, result.model()).map(Samples::samples).orElse(List.of());
    ReportContent content = new ReportReader(artifacts).read(result, samples, folder, launcher);
    write(state.run(run).resolve(RESULT), Json.pretty(result));
    write(state.report(run), ReportPage.of(content));
    return state.report(run);
  }

  /** A path as short as it can be typed here. */
  static String shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path).toString() : path.toString();
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(draft, text);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
