package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TroublesTest {
  private static final String NO_NODE = "The pod a finds no node";

  private final List<String> told = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private final Troubles troubles = new Troubles(told::add, () -> now);

  @Test
  void whatIsOverInAMomentIsNotTold() {
    at(0, NO_NODE);
    at(4, NO_NODE);
    at(5, "");

    assertThat(told).isEmpty();
  }

  @Test
  void whatLastsIsToldOnceAndSoIsItsEnd() {
    at(0, NO_NODE);
    at(6, NO_NODE);
    at(7, NO_NODE);
    at(60, "");
    at(61, "");

    assertThat(told).containsExactly(NO_NODE, "");
  }

  @Test
  void anotherReasonForTheSameWaitIsToldToo() {
    at(0, NO_NODE);
    at(6, NO_NODE);
    at(7, "The pod a cannot get its image");

    assertThat(told).containsExactly(NO_NODE, "The pod a cannot get its image");
  }

  @Test
  void aSecondWaitBeginsAnew() {
    at(0, NO_NODE);
    at(3, "");
    at(4, NO_NODE);
    at(8, NO_NODE);
    assertThat(told).isEmpty();

    at(9, NO_NODE);
    assertThat(told).containsExactly(NO_NODE);
  }

  private void at(long second, String sentence) {
    now = Instant.EPOCH.plusSeconds(second);
    troubles.looked(sentence);
  }
}
