package dev.tatara.bench;

import dev.tatara.config.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Measures the trainer and PyTorch in turn, so that what else the machine does falls on both, and
 * prints medians and the spread of the ratios as a row of a table.
 */
public final class Comparison {
  private static final List<String> KNOWN =
      List.of("size", "pairs", "steps", "ranks", "against", "text");

  private Comparison() {}

  public static void main(String[] arguments) {
    try {
      compare(Options.of(arguments, KNOWN));
    } catch (InvalidInputException e) {
      System.err.println(e.getMessage());
      System.exit(64);
    }
  }

  private static void compare(Options options) {
    Size size = Size.of(options.text("size", "A"));
    int steps = options.number("steps", size.steps);
    int ranks = options.number("ranks", 1);
    String against = options.text("against", "eager");
    List<String> ours = new ArrayList<>(List.of("size=" + size, "steps=" + steps));
    List<String> theirs = new ArrayList<>(List.of("--size=" + size, "--steps=" + steps));
    if (options.values().containsKey("text")) {
      ours.add("text=" + options.text("text", ""));
      theirs.add("--text=" + options.text("text", ""));
    }
    Contestant tatara = Contestant.tatara(ours);
    Contestant rival = rival(against, ours, theirs);
    int otherRanks = against.equals("one-rank") ? 1 : ranks;
    List<Measurement> mine = new ArrayList<>();
    List<Measurement> other = new ArrayList<>();
    for (int pair = 0; pair < options.number("pairs", 5); pair++) {
      mine.add(tatara.run(ranks));
      other.add(rival.run(otherRanks));
      System.err.printf(
          "pair %d: %s %s%n", pair + 1, mine.get(mine.size() - 1), other.get(other.size() - 1));
    }
    String threads = System.getenv().getOrDefault("OMP_NUM_THREADS", "1");
    print("%s, %d × %s threads".formatted(size, ranks, threads), rival.name(), mine, other);
  }

  private static Contestant rival(String against, List<String> ours, List<String> theirs) {
    return switch (against) {
      case "eager" -> Contestant.torch("PyTorch eager", theirs);
      case "compile" -> {
        theirs.add("--compile");
        yield Contestant.torch("torch.compile", theirs);
      }
      case "one-rank" -> Contestant.tatara(ours);
      default ->
          throw new InvalidInputException(
              "against is %s; give eager, compile or one-rank".formatted(against));
    };
  }

  private static void print(
      String what, String name, List<Measurement> mine, List<Measurement> other) {
    double[] ratios = new double[mine.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = mine.get(i).tokensPerCpuSecond() / other.get(i).tokensPerCpuSecond();
    }
    Arrays.sort(ratios);
    System.out.printf(
        "| %s | %s | %.0f | %.0f | %.2f (%.2f … %.2f) | %.2f | %.0f | %.0f | %.4f | %.4f |%n",
        what,
        name,
        median(mine, Measurement::tokensPerCpuSecond),
        median(other, Measurement::tokensPerCpuSecond),
        ratios[ratios.length / 2],
        ratios[0],
        ratios[ratios.length - 1],
        median(mine, Measurement::tokensPerSecond) / median(other, Measurement::tokensPerSecond),
        median(mine, Measurement::peakMegabytes),
        median(other, Measurement::peakMegabytes),
        median(mine, Measurement::endLoss),
        median(other, Measurement::endLoss));
  }

  private static double median(List<Measurement> runs, ToDoubleFunction<Measurement> value) {
    double[] values = runs.stream().mapToDouble(value).sorted().toArray();
    return values[values.length / 2];
  }
}
