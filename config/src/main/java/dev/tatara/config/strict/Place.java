package dev.tatara.config.strict;

import java.util.Arrays;

/** A mapping in a document, for rules about its keys. */
public record Place(String path, Problems problems) {
  /** The mapping below a key. */
  public Place in(String key) {
    return new Place(below(key), problems);
  }

  /** One item of the list below a key. */
  public Place item(String key, int index) {
    return new Place(below(key) + "[" + index + "]", problems);
  }

  /**
   * The values of these keys can be relied upon: nothing is known to be wrong with them. Without
   * keys: the mapping itself is there.
   */
  public boolean clear(String... keys) {
    return problems.clear(path) && Arrays.stream(keys).allMatch(key -> problems.clear(below(key)));
  }

  /** Notes a problem with a key; see {@link Problem} for how the parts are worded. */
  public void reject(String key, String found, String rule, String remedy) {
    problems.add(below(key), found, rule, remedy);
  }

  /** Notes a problem with the mapping itself. */
  public void reject(String found, String rule, String remedy) {
    problems.add(path, found, rule, remedy);
  }

  private String below(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
