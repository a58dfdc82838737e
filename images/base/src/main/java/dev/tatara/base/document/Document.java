package dev.tatara.base.document;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One document on its way from source to tokens.
 *
 * @param id unique within the run: source name, {@code :}, and URL or position in the source
 * @param source name of the source in the run document
 * @param url address it was fetched from, if known
 * @param license licence of the source
 * @param digest SHA-256 of the original bytes (payload, line or file), lower-case hex
 * @param language ISO 639-1 code; null until known
 * @param scores measurements by name, kept so that thresholds can be reconsidered
 * @param text main content; lines end in {@code \n}, paragraphs are separated by blank lines
 */
public record Document(
    String id,
    String source,
    @Nullable String url,
    String license,
    String digest,
    @Nullable String title,
    @Nullable String language,
    SortedMap<String, Double> scores,
    String text) {
  public Document {
    scores = new TreeMap<>(scores == null ? Map.of() : scores);
  }

  /** The same document with other text. */
  public Document withText(String newText) {
    return new Document(id, source, url, license, digest, title, language, scores, newText);
  }

  /** The same document with this language. */
  public Document withLanguage(String newLanguage) {
    return new Document(id, source, url, license, digest, title, newLanguage, scores, text);
  }

  /** The same document with these scores beside those it has. */
  public Document withScores(Map<String, Double> more) {
    SortedMap<String, Double> all = new TreeMap<>(scores);
    all.putAll(more);
    return new Document(id, source, url, license, digest, title, language, all, text);
  }
}
