package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the models are judged: bits per byte on held-out text of each language, the loss on held-out
 * chats, and multiple-choice tasks.
 *
 * @param tasks multiple-choice tasks
 * @param validationBytes held-out text per language that is scored, in UTF-8 bytes
 */
public record EvaluateConfig(
    List<Task> tasks,
    @Range(min = 1) @JsonDeserialize(using = Quantity.class) Long validationBytes) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final EvaluateConfig DEFAULT = new EvaluateConfig(null, null);

  public EvaluateConfig {
    tasks = tasks == null ? List.of() : List.copyOf(tasks);
    validationBytes = validationBytes == null ? 100_000L : validationBytes;
  }

  /**
   * One set of questions with choices.
   *
   * @param name name of the task in results
   * @param uri as in {@code collect.sources}
   * @param limit first items to use; all when left out
   */
  public record Task(
      @Matches(regex = Matches.LABEL, rule = Matches.LABEL_RULE, example = "commonsenseqa")
          String name,
      @Matches(regex = Locations.REGEX, rule = Locations.RULE, example = "file:data/items.jsonl")
          String uri,
      TaskFormat format,
      @Range(min = 1) @Nullable Integer limit) {}

  /** Shapes of multiple-choice files. */
  public enum TaskFormat {
    /** {@code {"question":{"stem","choices":[{"label","text"}]},"answerKey"}}. */
    @JsonProperty("commonsenseqa")
    COMMONSENSEQA,
    /** {@code {"question","choice0"…"choice4","label"}}. */
    @JsonProperty("jcommonsenseqa")
    JCOMMONSENSEQA
  }
}
