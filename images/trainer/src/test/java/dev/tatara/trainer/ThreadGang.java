package dev.tatara.trainer;

import dev.tatara.trainer.gang.Gang;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A gang of threads in one process: sums in the order of the ranks. */
final class ThreadGang implements Gang {
  private final Table table;
  private final int rank;

  private static final class Table {
    final Tensor[] given;
    final CyclicBarrier barrier;

    Table(int size) {
      given = new Tensor[size];
      barrier = new CyclicBarrier(size);
    }
  }

  private ThreadGang(Table table, int rank) {
    this.table = table;
    this.rank = rank;
  }

  /** Lets each rank do its part in a thread of its own; what they return, by rank. */
  static <T> List<T> run(int size, Function<Gang, T> part) {
    Table table = new Table(size);
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        Gang gang = new ThreadGang(table, rank);
        futures.add(threads.submit(() -> part.apply(gang)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return table.given.length;
  }

  @Override
  public void sum(Tensor values) {
    Tensor total = total(values);
    barrier();
    copy(values, total);
    barrier();
  }

  @Override
  public void sumScattered(Tensor range, Tensor whole) {
    Tensor total = total(whole);
    barrier();
    copy(range, total.narrow(0, rank * range.numel(), range.numel()));
    barrier();
  }

  private Tensor total(Tensor values) {
    try (NoGradGuard guard = new NoGradGuard()) {
      table.given[rank] = values;
      barrier();
      Tensor total = table.given[0].clone();
      for (int other = 1; other < size(); other++) {
        total.add_(table.given[other]);
      }
      return total;
    }
  }

  @Override
  public void gather(Tensor whole, Tensor range) {
    table.given[rank] = range.clone();
    barrier();
    for (int other = 0; other < size(); other++) {
      copy(whole.narrow(0, other * range.numel(), range.numel()), table.given[other]);
    }
    barrier();
  }

  private static void copy(Tensor target, Tensor source) {
    try (NoGradGuard guard = new NoGradGuard()) {
      target.copy_(source);
    }
  }

  @Override
  public void barrier() {
    try {
      table.barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
