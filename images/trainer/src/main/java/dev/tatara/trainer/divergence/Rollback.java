package dev.tatara.trainer.divergence;

import dev.tatara.config.task.SampleRange;
import dev.tatara.trainer.order.Batches;
import java.util.List;

/**
 * What to do about a step that diverged. A pure function of the step and of what was skipped
 * before, so it comes out the same whichever checkpoints there are and whatever died meanwhile.
 *
 * @param step the state must be one from before this many steps, or after exactly as many
 * @param skip samples to leave out from now on
 */
public record Rollback(int step, SampleRange skip) {

  /** Windows of steps that go well after which a rollback is forgotten. */
  private static final int FORGIVING_WINDOWS = 8;

  /** Beyond it, starting anew is no great loss against keeping so many checkpoints. */
  private static final int FARTHEST = 64;

  /**
   * Steps that rollbacks in a row may go back, the step that diverged included.
   *
   * @param limit how many there may be
   */
  public static int reach(int limit) {
    int reach = 1;
    for (int rollback = 1; rollback < limit && reach < FARTHEST; rollback++) {
      reach *= 2;
    }
    return reach;
  }

  /** How many rollbacks there were not long before a step, counted from 0. */
  public static int recent(int step, int batch, List<SampleRange> skipped, int window) {
    Batches batches = new Batches(batch, skipped);
    return (int)
        skipped.stream()
            .filter(range -> step - batches.step(range.until()) < FORGIVING_WINDOWS * window)
            .count();
  }

  /**
   * Leaves out the batch of the step; if the one before was less than a window ago, twice as many
   * batches as then, so that it goes back further too.
   *
   * @param step that diverged, counted from 0
   * @param batch samples of a step
   * @param skipped left out so far, oldest first
   * @param window steps
   */
  public static Rollback of(int step, int batch, List<SampleRange> skipped, int window) {
    Batches batches = new Batches(batch, skipped);
    int width = 1;
    if (!skipped.isEmpty()) {
      SampleRange last = skipped.get(skipped.size() - 1);
      if (step - batches.step(last.until()) < window) {
        long batchesBefore = (last.length() + batch - 1) / batch;
        width = (int) Math.min(2 * batchesBefore, step + 1L);
      }
    }
    int first = step + 1 - width;
    return new Rollback(first, batches.range(first, step));
  }
}
