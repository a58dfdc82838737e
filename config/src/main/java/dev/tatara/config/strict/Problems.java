package dev.tatara.config.strict;

import dev.tatara.config.InvalidInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects everything that is wrong with one document, so that it is said at once. */
public final class Problems {
  /** A document that is wrong from end to end must not flood the terminal. */
  private static final int MOST_SHOWN = 50;

  private final Map<String, Integer> lines;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> paths = new HashSet<>();

  /** Problems of a document whose lines are not known. */
  public Problems() {
    this(Map.of());
  }

  /**
   * @param lines line of each path that is in the document
   */
  Problems(Map<String, Integer> lines) {
    this.lines = lines;
  }

  /** Notes a problem; see {@link Problem} for how the parts are worded. */
  public void add(String path, String found, String rule, String remedy) {
    problems.add(new Problem(path, line(path), found, rule, remedy));
    paths.add(path);
  }

  /** A place whose keys can be checked by name. */
  public Place at(String path) {
    return new Place(path, this);
  }

  /** Nothing is wrong at this path or above it, so that its value can be relied upon. */
  boolean clear(String path) {
    for (String at = path; !at.isEmpty(); at = parent(at)) {
      if (paths.contains(at)) {
        return false;
      }
    }
    return !paths.contains("");
  }

  /** All problems in the order of the lines. */
  public List<Problem> list() {
    return problems.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
  }

  /**
   * @throws InvalidInputException with all problems, one a line, if there is any
   */
  void throwIfAny(String name) {
    if (!problems.isEmpty()) {
      throw new InvalidInputException(message(name, list()));
    }
  }

  static String message(String name, List<Problem> problems) {
    StringBuilder text = new StringBuilder(name).append(": ").append(problems.size());
    text.append(problems.size() == 1 ? " problem" : " problems");
    problems.stream()
        .limit(MOST_SHOWN)
        .forEach(problem -> text.append("\n  ").append(problem.sentence()));
    if (problems.size() > MOST_SHOWN) {
      text.append("\n  … and %d more".formatted(problems.size() - MOST_SHOWN));
    }
    return text.toString();
  }

  /** A key that is missing has no line: the nearest place above it that has one is shown. */
  private int line(String path) {
    for (String at = path; !at.isEmpty(); at = parent(at)) {
      Integer line = lines.get(at);
      if (line != null) {
        return line;
      }
    }
    return 0;
  }

  private static String parent(String path) {
    int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
    return end < 0 ? "" : path.substring(0, end);
  }
}
