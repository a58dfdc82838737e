package dev.tatara.activities.gang;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Tells of what keeps a gang from starting, once it has lasted, and of its end. */
final class Troubles {
  /** Much of what a cluster says is over by itself in a moment. */
  private static final Duration LASTING = Duration.ofSeconds(5);

  private final Consumer<String> listener;
  private final Supplier<Instant> clock;
  private Instant since;
  private boolean seen;
  private String told = "";

  /**
   * @param listener is given the sentence, or an empty one when it is over
   */
  Troubles(Consumer<String> listener, Supplier<Instant> clock) {
    this.listener = listener;
    this.clock = clock;
    this.since = clock.get();
  }

  /**
   * What there is now.
   *
   * @param sentence empty if nothing
   */
  void looked(String sentence) {
    if (sentence.isEmpty() || !seen) {
      since = clock.get();
    }
    seen = !sentence.isEmpty();
    boolean lasts = Duration.between(since, clock.get()).compareTo(LASTING) >= 0;
    if (!sentence.equals(told) && (sentence.isEmpty() || lasts)) {
      told = sentence;
      listener.accept(sentence);
    }
  }
}
