package dev.tatara.activities.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.Sources.SourceFile;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.run.EvaluateConfig.Task;
import dev.tatara.config.run.EvaluateConfig.TaskFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads the files of multiple-choice tasks: JSON lines, plain or packed as {@code .gz} or {@code
 * .zst}. A malformed line is an error and not skipped, since a score over fewer items could not be
 * compared with any other.
 */
public final class TaskFiles {
  private TaskFiles() {}

  /**
   * All items of a task, whatever its limit.
   *
   * @throws InvalidInputException if there is no such file, or a line is malformed; the message
   *     names file and line
   */
  public static List<TaskItem> read(Sources sources, Task task) {
    List<TaskItem> items = new ArrayList<>();
    for (SourceFile file : sources.list(task.uri())) {
      read(sources, file, task.format(), items);
    }
    if (items.isEmpty()) {
      throw new InvalidInputException(
          "evaluate.tasks: %s has no items in %s; give a file with one JSON object per line"
              .formatted(task.name(), task.uri()));
    }
    return items;
  }

  /** SHA-256 of each file of a task. */
  public static List<String> digests(Sources sources, Task task) {
    return sources.list(task.uri()).stream().map(SourceFile::digest).toList();
  }

  private static void read(
      Sources sources, SourceFile file, TaskFormat format, List<TaskItem> items) {
    byte[] bytes = bytes(sources, file);
    int number = 0;
    int start = 0;
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      number++;
      if (!isBlank(bytes, start, end)) {
        items.add(item(bytes, start, end, format, file, number));
      }
      start = end + 1;
    }
  }

  private static byte[] bytes(Sources sources, SourceFile file) {
    try (InputStream stored = sources.open(file);
        InputStream plain = unpack(stored, file.name())) {
      return plain.readAllBytes();
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s cannot be read: %s. Check that the file is whole and of the kind that its name says"
              .formatted(file.uri(), e.getMessage()),
          e);
    }
  }

  private static InputStream unpack(InputStream stored, String name) throws IOException {
    if (name.endsWith(".gz")) {
      return new GZIPInputStream(stored);
    }
    return name.endsWith(".zst") ? new ZstdInputStream(stored) : stored;
  }

  private static boolean isBlank(byte[] bytes, int start, int end) {
    for (int i = start; i < end; i++) {
      if (bytes[i] != ' ' && bytes[i] != '\r' && bytes[i] != '\t') {
        return false;
      }
    }
    return true;
  }

  private static TaskItem item(
      byte[] bytes, int start, int end, TaskFormat format, SourceFile file, int number) {
    try {
      JsonNode line = Json.MAPPER.readTree(bytes, start, end - start);
      return switch (format) {
        case COMMONSENSEQA -> commonsenseqa(line, number);
        case JCOMMONSENSEQA -> jcommonsenseqa(line, number);
      };
    } catch (JsonProcessingException e) {
      throw malformed(file, number, "it is no JSON object (" + e.getOriginalMessage() + ")", e);
    } catch (IOException | IllegalArgumentException e) {
      throw malformed(file, number, String.valueOf(e.getMessage()), e);
    }
  }

  private static InvalidInputException malformed(
      SourceFile file, int number, String problem, Exception cause) {
    return new InvalidInputException(
        "%s, line %d: %s. Correct the line or take it out, or set the task's format to that of the file"
            .formatted(file.uri(), number, problem),
        cause);
  }

  private static TaskItem commonsenseqa(JsonNode line, int number) {
    JsonNode question = line.path("question");
    List<String> labels = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : question.path("choices")) {
      labels.add(text(choice, "label", "question.choices.label"));
      texts.add(text(choice, "text", "question.choices.text"));
    }
    String key = text(line, "answerKey", "answerKey");
    return checked(
        id(line, "id", number),
        text(question, "stem", "question.stem"),
        texts,
        labels.indexOf(key),
        "answerKey is \"%s\", expected one of %s".formatted(key, labels));
  }

  private static TaskItem jcommonsenseqa(JsonNode line, int number) {
    List<String> texts = new ArrayList<>();
    while (line.has("choice" + texts.size())) {
      String field = "choice" + texts.size();
      texts.add(text(line, field, field));
    }
    JsonNode label = line.path("label");
    int answer = label.isInt() && label.asInt() < texts.size() ? label.asInt() : -1;
    return checked(
        id(line, "q_id", number),
        text(line, "question", "question"),
        texts,
        answer,
        "label is %s, expected the number of a choice, 0 to %d"
            .formatted(label.isMissingNode() ? "missing" : label, texts.size() - 1));
  }

  private static TaskItem checked(
      String id, String question, List<String> choices, int answer, String wrongAnswer) {
    if (choices.size() < 2) {
      throw new IllegalArgumentException(
          "it has %d choices, expected at least 2".formatted(choices.size()));
    }
    if (answer < 0) {
      throw new IllegalArgumentException(wrongAnswer);
    }
    return new TaskItem(id, question, choices, answer);
  }

  private static String id(JsonNode line, String field, int number) {
    JsonNode value = line.path(field);
    return value.isValueNode() && !value.isNull() ? value.asText() : Integer.toString(number);
  }

  private static String text(JsonNode node, String field, String path) {
    JsonNode value = node.path(field);
    if (!value.isTextual() || value.asText().isBlank()) {
      throw new IllegalArgumentException(
          "%s is %s, expected text".formatted(path, value.isMissingNode() ? "missing" : value));
    }
    return value.asText().strip();
  }
}
