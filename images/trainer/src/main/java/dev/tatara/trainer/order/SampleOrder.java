package dev.tatara.trainer.order;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.MixturePhase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one global order of training samples: a pure function of seed, mixture and index, so it is
 * the same for every world size and the only state of the data is a number. Each stream is read
 * through in a keyed random order, and in another one at each pass.
 */
public final class SampleOrder {
  private final long seed;
  private final List<Stream> streams;
  private final List<Phase> phases;

  /**
   * Samples of one kind. A mixture may name them by source or by language.
   *
   * @param name unique
   * @param source of the run document; null if there is none
   * @param language null if there is none
   * @param size samples of one pass
   */
  public record Stream(
      String name, @Nullable String source, @Nullable String language, long size) {}

  /**
   * A place in the data.
   *
   * @param stream name of the stream
   * @param item which of its samples
   */
  public record Sample(String stream, long item) {}

  /**
   * A stretch of the order with fixed weights; {@code before} items of each stream came earlier.
   */
  private record Phase(long begin, Interleave mixture, long[] before) {}

  private SampleOrder(long seed, List<Stream> streams, List<Phase> phases) {
    this.seed = seed;
    this.streams = streams;
    this.phases = phases;
  }

  /**
   * The order over all streams.
   *
   * @param mixture phases of weights; empty: in proportion to the streams' sizes
   * @param samples samples that will be read in all; phases are shares of it
   * @throws InvalidInputException if the mixture names an unknown stream or one without samples
   */
  public static SampleOrder of(
      long seed, List<Stream> streams, List<MixturePhase> mixture, long samples) {
    List<Phase> phases = new ArrayList<>();
    long[] before = new long[streams.size()];
    long begin = 0;
    for (int p = 0; p < Math.max(1, mixture.size()); p++) {
      boolean last = p + 1 >= mixture.size();
      long end = last ? samples : Math.max(begin, share(mixture.get(p).until(), samples));
      Interleave interleave =
          new Interleave(mixture.isEmpty() ? sizes(streams) : weights(streams, mixture.get(p)));
      phases.add(new Phase(begin, interleave, before.clone()));
      for (int s = 0; s < before.length; s++) {
        before[s] += interleave.count(s, end - begin);
      }
      begin = end;
    }
    return new SampleOrder(seed, List.copyOf(streams), phases);
  }

  /** The samples at which a phase of the mixture begins, but for the first. */
  public static List<Long> changes(List<MixturePhase> mixture, long samples) {
    return mixture.stream()
        .limit(Math.max(0, mixture.size() - 1L))
        .map(phase -> share(phase.until(), samples))
        .toList();
  }

  /** The order over one stream: each pass a new permutation. */
  public static SampleOrder of(long seed, Stream only) {
    return of(seed, List.of(only), List.of(), only.size());
  }

  private static double[] sizes(List<Stream> streams) {
    double[] sizes = streams.stream().mapToDouble(Stream::size).toArray();
    if (streams.stream().allMatch(stream -> stream.size() == 0)) {
      throw new InvalidInputException(
          "There is nothing to train on: no source has enough tokens of a language for one sample. Add sources, or lower sequenceLength");
    }
    return sizes;
  }

  private static double[] weights(List<Stream> streams, MixturePhase phase) {
    double[] weights = new double[streams.size()];
    phase.weights().forEach((name, weight) -> spread(streams, name, weight, weights));
    if (phase.weights().values().stream().noneMatch(weight -> weight > 0)) {
      throw new InvalidInputException(
          "mixture: the phase until %s has no weight above 0; give at least one source or language one"
              .formatted(phase.until()));
    }
    return weights;
  }

  /** Adds a weight to all streams of a source, or else of a language, by their sizes. */
  private static void spread(List<Stream> streams, String name, double weight, double[] weights) {
    if (weight <= 0) {
      return;
    }
    boolean source = streams.stream().anyMatch(stream -> name.equals(stream.source()));
    Predicate<Stream> meant = stream -> name.equals(source ? stream.source() : stream.language());
    double size = streams.stream().filter(meant).mapToLong(Stream::size).sum();
    if (size == 0) {
      throw new InvalidInputException(
          "mixture: \"%s\" has no training samples; use sources or languages of the tokenised data: %s"
              .formatted(name, String.join(", ", names(streams))));
    }
    for (int s = 0; s < weights.length; s++) {
      if (meant.test(streams.get(s))) {
        weights[s] += weight * streams.get(s).size() / size;
      }
    }
  }

  private static SortedSet<String> names(List<Stream> streams) {
    SortedSet<String> names = new TreeSet<>();
    for (Stream stream : streams) {
      if (stream.size() > 0) {
        java.util.stream.Stream.of(stream.source(), stream.language())
            .filter(Objects::nonNull)
            .forEach(names::add);
      }
    }
    return names;
  }

  private static long share(String until, long samples) {
    try {
      String number = until.strip();
      BigDecimal share =
          number.endsWith("%")
              ? new BigDecimal(number.substring(0, number.length() - 1).strip()).movePointLeft(2)
              : new BigDecimal(number);
      return share.multiply(BigDecimal.valueOf(samples)).longValue();
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "mixture: until is \"%s\"; give a share of all steps, for example 80%%".formatted(until),
          e);
    }
  }

  /** How many samples of each stream are among those from one index up to another. */
  public SortedMap<String, Long> count(long from, long to) {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (int s = 0; s < streams.size(); s++) {
      counts.put(streams.get(s).name(), before(s, to) - before(s, from));
    }
    return counts;
  }

  /** How many samples of a stream come before an index. */
  private long before(int stream, long index) {
    Phase phase = phase(index);
    return phase.before()[stream] + phase.mixture().count(stream, index - phase.begin());
  }

  private Phase phase(long index) {
    Phase found = phases.get(0);
    for (Phase each : phases) {
      if (each.begin() <= index) {
        found = each;
      }
    }
    return found;
  }

  /** The sample at an index, from 0; it goes on beyond the announced number. */
  public Sample sample(long index) {
    Phase phase = phase(index);
    Interleave.Pick pick = phase.mixture().at(index - phase.begin());
    Stream stream = streams.get(pick.stream());
    long item = phase.before()[pick.stream()] + pick.item();
    long pass = item / stream.size();
    long key =
        Permutation.mix(Permutation.mix(seed) ^ stream.name().hashCode()) + Permutation.mix(pass);
    return new Sample(
        stream.name(), new Permutation(stream.size(), key).apply(item % stream.size()));
  }
}
