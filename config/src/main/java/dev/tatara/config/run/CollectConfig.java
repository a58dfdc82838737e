package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the documents come from.
 *
 * @param sources sets of documents; every one has a licence
 */
public record CollectConfig(@Range(min = 1) List<Source> sources) {
  public CollectConfig {
    sources = sources == null ? List.of() : List.copyOf(sources);
  }

  /**
   * One set of documents.
   *
   * @param name name of the source in the data account: lower-case letters, digits, hyphens
   * @param uri {@code file:} (relative to the working directory, {@code *} allowed in the last
   *     part), {@code s3://bucket/key} or {@code https:}
   * @param license SPDX expression or {@code public-domain}; recorded with every document
   * @param language ISO 639-1 code if known; such documents are not dropped for being of a doubtful
   *     language
   * @param textField field of a JSONL record that holds the text
   */
  public record Source(
      @Matches(regex = Matches.LABEL, rule = Matches.LABEL_RULE, example = "web") String name,
      @Matches(regex = Locations.REGEX, rule = Locations.RULE, example = "file:data/*.jsonl.gz")
          String uri,
      Format format,
      @Matches(regex = Matches.VISIBLE, rule = "must name the licence", example = "CC-BY-4.0")
          String license,
      @Matches(regex = Matches.LANGUAGE, rule = Matches.LANGUAGE_RULE, example = "en")
          @Nullable String language,
      @Matches(regex = Matches.VISIBLE, rule = "must name a field", example = "text")
          String textField) {
    public Source {
      textField = textField == null ? "text" : textField;
    }
  }

  /** How the bytes of a source are laid out; {@code .gz} and {@code .zst} are unpacked. */
  public enum Format {
    /** Web archive (ISO 28500): one HTTP response per record. */
    @JsonProperty("warc")
    WARC,
    /** One HTML page per file. */
    @JsonProperty("html")
    HTML,
    /** One JSON object per line. */
    @JsonProperty("jsonl")
    JSONL,
    /** One document per file, UTF-8. */
    @JsonProperty("text")
    TEXT
  }
}
