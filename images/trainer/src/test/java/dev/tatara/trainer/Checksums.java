package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** Sums over tensors in double precision, as the reference values give them. */
public final class Checksums {
  private double sum;
  private double absolute;
  private double squares;

  private Checksums() {}

  /** Of some values in a row. */
  static Checksums of(Tensor values) {
    return of(List.of(values));
  }

  /** Of all values of some tensors. */
  static Checksums of(List<Tensor> parts) {
    Checksums sums = new Checksums();
    parts.forEach(part -> sums.add(new FloatPointer(part.data_ptr()), part.numel()));
    return sums;
  }

  private void add(FloatPointer values, long count) {
    for (long i = 0; i < count; i++) {
      double value = values.get(i);
      sum += value;
      absolute += Math.abs(value);
      squares += value * value;
    }
  }

  /**
   * Compares size and magnitude.
   *
   * @param relative how far off, as a share of the value
   */
  void assertEqual(JsonNode expected, double relative, String what) {
    close(absolute, expected.path("abs_sum"), relative, what + " abs_sum");
    close(Math.sqrt(squares), expected.path("l2"), relative, what + " l2");
    double slack = relative * expected.path("abs_sum").asDouble();
    assertThat(sum).as(what + " sum").isCloseTo(expected.path("sum").asDouble(), within(slack));
  }

  private static void close(double found, JsonNode expected, double relative, String what) {
    assertThat(expected.isNumber()).as("%s is there", what).isTrue();
    double wanted = expected.asDouble();
    assertThat(found).as(what).isCloseTo(wanted, within(relative * Math.abs(wanted)));
  }

  /**
   * Compares each tensor and the whole, and the first and last elements of each. Roundings of many
   * tensors cancel, those of one need ten times the room.
   *
   * @param relative how far off the whole may be, as a share of the value
   * @param element how far off an element may be
   */
  public static void assertParameters(
      Parameters parameters, JsonNode expected, double relative, double element) {
    JsonNode tensors = expected.path("tensors");
    assertThat(tensors.size()).isEqualTo(parameters.layout().tensors().size());
    Checksums total = new Checksums();
    try (PointerScope scope = new PointerScope()) {
      for (ParameterLayout.Slot slot : parameters.layout().tensors()) {
        JsonNode wanted = tensors.path(slot.name());
        Tensor values = parameters.values(slot.unit()).narrow(0, slot.offset(), slot.elements());
        of(values).assertEqual(wanted, 10 * relative, slot.name());
        total.add(new FloatPointer(values.data_ptr()), values.numel());
        edges(values, wanted, element, slot.name());
      }
    }
    total.assertEqual(expected.path("total"), relative, "total");
  }

  private static void edges(Tensor values, JsonNode wanted, double element, String name) {
    FloatPointer floats = new FloatPointer(values.data_ptr());
    JsonNode first = wanted.path("first");
    JsonNode last = wanted.path("last");
    assertThat(first.size()).as(name).isPositive();
    for (int i = 0; i < first.size(); i++) {
      assertThat((double) floats.get(i))
          .as("%s[%d]", name, i)
          .isCloseTo(first.get(i).asDouble(), within(element));
    }
    for (int i = 0; i < last.size(); i++) {
      assertThat((double) floats.get(values.numel() - last.size() + i))
          .as("%s[-%d]", name, last.size() - i)
          .isCloseTo(last.get(i).asDouble(), within(element));
    }
  }
}
