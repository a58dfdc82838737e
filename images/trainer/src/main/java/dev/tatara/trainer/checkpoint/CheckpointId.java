package dev.tatara.trainer.checkpoint;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which checkpoint.
 *
 * @param step steps that were done
 * @param epoch of the gang that wrote it
 */
public record CheckpointId(int step, int epoch) {
  static final Comparator<CheckpointId> NEWEST_FIRST =
      Comparator.comparingInt(CheckpointId::step).thenComparingInt(CheckpointId::epoch).reversed();

  private static final Pattern FOLDER = Pattern.compile("step-(\\d{8,})-epoch-(\\d+)/");

  /** The checkpoint that an object's key belongs to. */
  static Optional<CheckpointId> of(String key) {
    Matcher matcher = FOLDER.matcher(key);
    return matcher.find()
        ? Optional.of(
            new CheckpointId(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }
}
