package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tatara.config.InvalidInputException;
import java.util.List;

/** Run documents for tests: a sound one, the same with changes, and what the loader says of it. */
final class RunTexts {
  /** Every section once, with little in it. */
  static final String SOUND =
      """
      apiVersion: tatara.dev/v1alpha1
      kind: TrainingPipeline
      metadata:
        name: tiny
      spec:
        seed: 1
        collect:
          sources:
            - name: web
              uri: file:web.warc.gz
              format: warc
              license: CC-BY-4.0
            - name: books
              uri: file:books.jsonl
              format: jsonl
              license: public-domain
        clean:
          languages: [en, ja]
        mixture:
          - until: 60%
            weights: {en: 1}
          - until: 100%
            weights: {en: 0.5, ja: 0.5}
        pretrain:
          model: 1m
          tokens: 100k
          workers: 2
          sequenceLength: 256
          batchTokens: 8192
        sft:
          batch: 16
          data:
            - {name: chats, uri: "file:chats.jsonl", format: messages, license: MIT}
        dpo:
          batch: 8
          data:
            - {name: pairs, uri: "file:pairs.jsonl", format: prompt, license: MIT}
        evaluate:
          tasks:
            - {name: csqa, uri: "file:csqa.jsonl", format: commonsenseqa}
        gate:
          rules:
            - {metric: acc.csqa, maxDrop: 0.1}
      """;

  private RunTexts() {}

  /** The sound document with one passage replaced. */
  static String with(String passage, String replacement) {
    if (!SOUND.contains(passage)) {
      throw new IllegalArgumentException(passage + " is not in the sound document");
    }
    return SOUND.replace(passage, replacement);
  }

  /** What the loader says, one problem a line, without the first line. */
  static List<String> problems(String yaml) {
    String message = refusal(yaml);
    return message.lines().skip(1).map(String::strip).toList();
  }

  /** The whole message. */
  static String refusal(String yaml) {
    InvalidInputException refusal =
        catchThrowableOfType(InvalidInputException.class, () -> RunFile.parse(yaml, "run.yaml"));
    if (refusal == null) {
      throw new AssertionError("the loader accepts this document");
    }
    return String.valueOf(refusal.getMessage());
  }
}
