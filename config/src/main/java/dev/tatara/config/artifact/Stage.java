package dev.tatara.config.artifact;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The stages of a pipeline in the order in which they run. The lower-case name is the YAML key, the
 * package, the metric label and the key of the artifact.
 */
public enum Stage {
  PLAN,
  COLLECT,
  CLEAN,
  DEDUP,
  DECONTAMINATE,
  TOKENIZE,
  PRETRAIN,
  SFT,
  DPO,
  EVALUATE,
  GATE,
  PUBLISH;

  /** The word users write and read, for example {@code pretrain}. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The stage with this word.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known words
   */
  @JsonCreator
  public static Stage ofWord(String word) {
    return Arrays.stream(values())
        .filter(stage -> stage.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "stage is \"%s\"; use one of %s"
                        .formatted(
                            word,
                            Arrays.stream(values())
                                .map(Stage::word)
                                .collect(Collectors.joining(", ")))));
  }
}
