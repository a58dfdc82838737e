package dev.tatara.trainer.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.MixturePhase;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SampleOrderTest {
  private static final List<SampleOrder.Stream> STREAMS =
      List.of(
          new SampleOrder.Stream("en", "web", "en", 700),
          new SampleOrder.Stream("ja", "books", "ja", 300),
          new SampleOrder.Stream("zz", "web", "zz", 0));

  private static MixturePhase phase(String until, double en, double ja) {
    return new MixturePhase(until, new TreeMap<>(Map.of("en", en, "ja", ja)));
  }

  private static List<SampleOrder.Sample> samples(SampleOrder order, long from, long to) {
    return LongStream.range(from, to).mapToObj(order::sample).toList();
  }

  private static double share(List<SampleOrder.Sample> samples, String stream) {
    return samples.stream().filter(sample -> sample.stream().equals(stream)).count()
        / (double) samples.size();
  }

  @Test
  void everyWindowIsReadOncePerPassAndInAnotherOrderInTheNext() {
    SampleOrder order = SampleOrder.of(1, STREAMS, List.of(), 2000);
    List<SampleOrder.Sample> first = samples(order, 0, 1000);
    List<SampleOrder.Sample> second = samples(order, 1000, 2000);
    assertThat(new HashSet<>(first)).hasSize(1000);
    assertThat(new HashSet<>(second)).isEqualTo(new HashSet<>(first));
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void sharesHoldInEveryPhaseAndEvenlyWithin() {
    SampleOrder order =
        SampleOrder.of(1, STREAMS, List.of(phase("80%", 0.6, 0.4), phase("100%", 1, 1)), 10_000);
    assertThat(share(samples(order, 0, 8000), "ja")).isCloseTo(0.4, within(1e-3));
    assertThat(share(samples(order, 8000, 10_000), "ja")).isCloseTo(0.5, within(1e-3));
    for (int batch = 0; batch < 8000; batch += 50) {
      assertThat(share(samples(order, batch, batch + 50), "ja")).isCloseTo(0.4, within(0.021));
    }
  }

  @Test
  void passesGoOnAcrossPhases() {
    SampleOrder order =
        SampleOrder.of(1, STREAMS, List.of(phase("50%", 1, 1), phase("100%", 0.9, 0.1)), 600);
    Set<SampleOrder.Sample> seen = new HashSet<>();
    long japanese =
        samples(order, 0, 600).stream()
            .filter(sample -> sample.stream().equals("ja"))
            .peek(sample -> assertThat(seen.add(sample)).isTrue())
            .count();
    assertThat(japanese).isEqualTo(180);
  }

  @Test
  void ranksTogetherReadTheSameBatchAtEveryWorldSize() {
    SampleOrder order = SampleOrder.of(9, STREAMS, List.of(), 1000);
    List<SampleOrder.Sample> whole = samples(order, 96, 112);
    for (int world : List.of(1, 2, 3, 5)) {
      List<SampleOrder.Sample> together = new ArrayList<>();
      for (int rank = 0; rank < world; rank++) {
        for (long i = 96; i < 112; i++) {
          if (i % world == rank) {
            together.add(order.sample(i));
          }
        }
      }
      assertThat(together).containsExactlyInAnyOrderElementsOf(whole);
    }
  }

  @Test
  void anotherSeedGivesAnotherOrderAndTheSameSeedTheSame() {
    assertThat(samples(SampleOrder.of(1, STREAMS, List.of(), 100), 0, 100))
        .isEqualTo(samples(SampleOrder.of(1, STREAMS, List.of(), 100), 0, 100))
        .isNotEqualTo(samples(SampleOrder.of(2, STREAMS, List.of(), 100), 0, 100));
  }

  @Test
  void permutationsAreOneToOneForEverySize() {
    for (long size = 1; size < 200; size++) {
      Permutation permutation = new Permutation(size, 42 + size);
      assertThat(
              LongStream.range(0, size).map(permutation::apply).boxed().collect(Collectors.toSet()))
          .hasSize((int) size)
          .allMatch(value -> value >= 0);
    }
  }

  @Test
  void weightsOfSourcesAndLanguagesSpreadOverTheirStreamsBySize() {
    List<SampleOrder.Stream> streams =
        List.of(
            new SampleOrder.Stream("books/ja", "books", "ja", 100),
            new SampleOrder.Stream("web/en", "web", "en", 600),
            new SampleOrder.Stream("web/ja", "web", "ja", 300));
    MixturePhase bySource =
        new MixturePhase("50%", new TreeMap<>(Map.of("books", 1.0, "web", 3.0)));
    MixturePhase both = new MixturePhase("100%", new TreeMap<>(Map.of("books", 0.5, "ja", 0.5)));
    SampleOrder order = SampleOrder.of(3, streams, List.of(bySource, both), 8000);
    List<SampleOrder.Sample> first = samples(order, 0, 4000);
    assertThat(share(first, "books/ja")).isCloseTo(0.25, within(1e-3));
    assertThat(share(first, "web/en")).isCloseTo(0.5, within(1e-3));
    assertThat(share(first, "web/ja")).isCloseTo(0.25, within(1e-3));
    List<SampleOrder.Sample> second = samples(order, 4000, 8000);
    assertThat(share(second, "books/ja")).isCloseTo(0.5 + 0.125, within(1e-3));
    assertThat(share(second, "web/en")).isZero();
  }

  @Test
  void countsAreThoseOfTheSamplesOneByOne() {
    SampleOrder order =
        SampleOrder.of(1, STREAMS, List.of(phase("30%", 0.7, 0.3), phase("100%", 0.2, 0.8)), 500);
    for (long from : List.of(0L, 17L, 149L, 150L, 151L, 400L)) {
      Map<String, Long> counted =
          samples(order, from, 600).stream()
              .collect(Collectors.groupingBy(SampleOrder.Sample::stream, Collectors.counting()));
      counted.put("zz", 0L);
      assertThat(order.count(from, 600)).isEqualTo(counted);
    }
  }

  @Test
  void unknownLanguageIsNamedWithThoseThatThereAre() {
    MixturePhase french = new MixturePhase("100%", new TreeMap<>(Map.of("fr", 1.0)));
    assertThatThrownBy(() -> SampleOrder.of(1, STREAMS, List.of(french), 10))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("\"fr\" has no training samples")
        .hasMessageContaining("books, en, ja, web");
  }
}
