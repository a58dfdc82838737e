package dev.tatara.activities.evaluate;

import java.util.List;

/**
 * One question of a task as its authors wrote it, before any template.
 *
 * @param id as in the file; the number of the line if it has none
 * @param answer index of the right choice
 */
public record TaskItem(String id, String question, List<String> choices, int answer) {
  public TaskItem {
    choices = List.copyOf(choices);
  }
}
