package dev.tatara.activities.evaluate;

import dev.tatara.activities.data.Sources;
import dev.tatara.base.document.ChoiceItem;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.EvaluateConfig.Task;
import dev.tatara.config.run.EvaluateConfig.TaskFormat;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the items artifact of {@code evaluate}: for each task {@code items/<task>.jsonl.zst} of
 * {@link ChoiceItem}s, in the order of the file, as many as the task's limit says.
 */
public final class EvaluationItems {
  /** Raised whenever the bytes of the items would change for the same files. */
  private static final String CODE_VERSION = "1";

  private EvaluationItems() {}

  /** Everything that decides the bytes; where the files lie does not. */
  private record Fingerprint(Stage stage, String part, String codeVersion, List<TaskInput> tasks) {}

  private record TaskInput(
      String name, TaskFormat format, @Nullable Integer limit, List<String> digests) {}

  /**
   * The items of all tasks of a run; an artifact that is there already is reused.
   *
   * @throws InvalidInputException if a file is missing or malformed, or two tasks have one name
   */
  public static ArtifactRef prepare(Artifacts artifacts, Sources sources, PipelineSpec spec) {
    List<Task> tasks = tasks(spec);
    String fingerprint = fingerprint(sources, tasks);
    return artifacts
        .find(Stage.EVALUATE, fingerprint)
        .orElseGet(() -> make(artifacts, sources, tasks, fingerprint));
  }

  /** The items that the evaluator will score for one task. */
  public static List<ChoiceItem> read(Sources sources, Task task) {
    Integer limit = task.limit();
    Stream<TaskItem> items = TaskFiles.read(sources, task).stream();
    return (limit == null ? items : items.limit(limit))
        .map(item -> choiceItem(item, task.format()))
        .toList();
  }

  private static List<Task> tasks(PipelineSpec spec) {
    List<Task> tasks = new ArrayList<>(spec.evaluate().tasks());
    tasks.sort(Comparator.comparing(Task::name));
    TreeSet<String> names = new TreeSet<>();
    for (Task task : tasks) {
      if (!names.add(task.name())) {
        throw new InvalidInputException(
            "evaluate.tasks has two tasks with the name %s; give each its own"
                .formatted(task.name()));
      }
    }
    return tasks;
  }

  private static String fingerprint(Sources sources, List<Task> tasks) {
    List<TaskInput> inputs =
        tasks.stream()
            .map(
                task ->
                    new TaskInput(
                        task.name(), task.format(), task.limit(), TaskFiles.digests(sources, task)))
            .toList();
    return Json.digest(new Fingerprint(Stage.EVALUATE, "items", CODE_VERSION, inputs));
  }

  private static ArtifactRef make(
      Artifacts artifacts, Sources sources, List<Task> tasks, String fingerprint) {
    List<ManifestObject> objects = new ArrayList<>();
    SortedMap<String, Long> counts = new TreeMap<>();
    for (Task task : tasks) {
      List<ChoiceItem> items = read(sources, task);
      objects.add(
          artifacts.put(
              Artifacts.prefix(Stage.EVALUATE, fingerprint),
              "items/" + task.name() + ".jsonl.zst",
              DocumentShard.write(items)));
      counts.put("items." + task.name(), (long) items.size());
    }
    return artifacts.commit(
        new Manifest(
            Stage.EVALUATE,
            fingerprint,
            CODE_VERSION,
            new TreeMap<>(),
            objects,
            counts,
            Account.EMPTY));
  }

  /** The usual few words around a question; a Japanese answer follows its colon without a space. */
  private static ChoiceItem choiceItem(TaskItem item, TaskFormat format) {
    return switch (format) {
      case COMMONSENSEQA ->
          new ChoiceItem(
              item.id(),
              "Question: %s\nAnswer:".formatted(item.question()),
              " ",
              item.choices(),
              item.answer());
      case JCOMMONSENSEQA ->
          new ChoiceItem(
              item.id(),
              "質問：%s\n回答：".formatted(item.question()),
              "",
              item.choices(),
              item.answer());
    };
  }
}
