package dev.tatara.trainer.order;

import dev.tatara.config.task.SampleRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which samples each step reads: step t the t-th batch of those that are not skipped. A pure
 * function of the batch and the skipped ranges, the same for every world size.
 */
public final class Batches {
  private final int size;

  /** Sorted, none touching the next. */
  private final List<SampleRange> holes = new ArrayList<>();

  /**
   * @param size samples of a step
   * @param skipped indices of the global order, in any order; they may overlap
   */
  public Batches(int size, List<SampleRange> skipped) {
    this.size = size;
    List<SampleRange> sorted = new ArrayList<>(skipped);
    sorted.sort(Comparator.comparingLong(SampleRange::from));
    for (SampleRange range : sorted) {
      SampleRange last = holes.isEmpty() ? null : holes.get(holes.size() - 1);
      if (last != null && range.from() <= last.until()) {
        holes.set(
            holes.size() - 1, new SampleRange(last.from(), Math.max(last.until(), range.until())));
      } else {
        holes.add(range);
      }
    }
  }

  /** Indices of the samples of a step, counted from 0, in order. */
  public long[] samples(int step) {
    long[] samples = new long[size];
    for (int i = 0; i < size; i++) {
      samples[i] = sample((long) step * size + i);
    }
    return samples;
  }

  private long sample(long place) {
    long index = place;
    for (SampleRange hole : holes) {
      if (index < hole.from()) {
        break;
      }
      index += hole.length();
    }
    return index;
  }

  /** What is skipped: sorted, none touching the next. */
  public List<SampleRange> holes() {
    return List.copyOf(holes);
  }

  /** From the first sample of a step to the last of another, all between included. */
  public SampleRange range(int first, int last) {
    return new SampleRange(sample((long) first * size), sample((long) (last + 1) * size - 1) + 1);
  }

  /** The step that reads the first sample at or behind an index. */
  public int step(long index) {
    long place = index;
    for (SampleRange hole : holes) {
      place -= Math.max(0, Math.min(index, hole.until()) - hole.from());
    }
    return (int) (place / size);
  }
}
