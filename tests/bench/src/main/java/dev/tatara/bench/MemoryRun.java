package dev.tatara.bench;

import dev.tatara.base.process.Rank;
import dev.tatara.config.Json;
import dev.tatara.trainer.TrainingStep;
import dev.tatara.trainer.gang.FixedGang;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.tensor.Engine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One rank that does a few steps and prints what memory it took. */
public final class MemoryRun {
  private static final Duration PATIENCE = Duration.ofSeconds(300);

  /** The first step makes what is kept; the second needs no more. */
  private static final int STEPS = 2;

  private MemoryRun() {}

  /**
   * Native memory of one rank, in megabytes (2²⁰ bytes).
   *
   * @param before resident before there was a model: the process, the engine and the gang
   * @param peak most that was resident at any time
   */
  record Memory(double parameters, double gradients, double moments, double before, double peak) {
    double rest() {
      return peak - before - parameters - gradients - moments;
    }
  }

  public static void main(String[] arguments) {
    Options options = Options.of(arguments, List.of("size", "zero"));
    Size size = Size.of(options.text("size", "M"));
    Rank rank = Rank.fromEnvironment(System.getenv());
    System.out.println(Json.text(measure(size, options.number("zero", 1), rank)));
  }

  private static Memory measure(Size size, int zero, Rank rank) {
    Engine.start(System.getenv());
    TataraRun run = new TataraRun(size, STEPS, rank.worldSize(), Optional.empty());
    try (Gang gang = FixedGang.meet(rank, PATIENCE)) {
      double before = TataraRun.megabytes("VmRSS");
      Llama model = run.model(new Sharding(rank.rank(), rank.worldSize(), zero));
      TrainingStep training = run.training(gang, model, STEPS);
      for (int step = 0; step < STEPS; step++) {
        training.run(step, false);
      }
      TrainingStep.Footprint held = training.footprint();
      gang.barrier();
      return new Memory(
          megabytes(held.parameters()),
          megabytes(held.gradients()),
          megabytes(held.moments()),
          before,
          TataraRun.megabytes("VmHWM"));
    }
  }

  private static double megabytes(long bytes) {
    return bytes / (double) (1 << 20);
  }
}
