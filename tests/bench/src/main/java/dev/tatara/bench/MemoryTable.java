package dev.tatara.bench;

import dev.tatara.config.InvalidInputException;
import java.util.Comparator;
import java.util.List;

/** Prints the memory of a rank at several world sizes and stages of ZeRO, a row of a table each. */
public final class MemoryTable {
  private static final List<Integer> WORLDS = List.of(1, 2, 4);
  private static final int STAGES = 3;

  private MemoryTable() {}

  public static void main(String[] arguments) {
    try {
      Size size = Size.of(Options.of(arguments, List.of("size")).text("size", "M"));
      for (int zero = 1; zero <= STAGES; zero++) {
        for (int ranks : WORLDS) {
          // One rank has nothing to share: all stages are the same.
          if (ranks > 1 || zero == 1) {
            print(size, zero, ranks);
          }
        }
      }
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      System.exit(64);
    }
  }

  private static void print(Size size, int zero, int ranks) {
    MemoryRun.Memory most =
        Contestant.tatara(MemoryRun.class, List.of("size=" + size, "zero=" + zero))
            .run(ranks, MemoryRun.Memory.class)
            .stream()
            .max(Comparator.comparingDouble(MemoryRun.Memory::peak))
            .orElseThrow();
    System.out.printf(
        "| %s | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |%n",
        ranks == 1 ? "any" : String.valueOf(zero),
        ranks,
        most.parameters(),
        most.gradients(),
        most.moments(),
        most.parameters() + most.gradients() + most.moments(),
        most.rest(),
        most.peak());
  }
}
