package dev.tatara.cli.figures;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FiguresTest {
  @Test
  void roundsToThreeDigits() {
    assertThat(Figures.rounded(7)).isEqualTo("7");
    assertThat(Figures.rounded(1000)).isEqualTo("1.00 k");
    assertThat(Figures.rounded(1_075_456)).isEqualTo("1.08 M");
    assertThat(Figures.rounded(71e9)).isEqualTo("71.0 G");
    assertThat(Figures.rounded(123_456)).isEqualTo("123 k");
  }

  @Test
  void writesDurationsInTheUnitsOfTheirSize() {
    assertThat(Figures.duration(0.42)).isEqualTo("0.4 s");
    assertThat(Figures.duration(9.97)).isEqualTo("10 s");
    assertThat(Figures.duration(185.2)).isEqualTo("3 min 05 s");
    assertThat(Figures.duration(7620)).isEqualTo("2 h 07 min");
    assertThat(Figures.duration(3599.7)).isEqualTo("1 h 00 min");
  }

  @Test
  void writesBytesInBinaryUnits() {
    assertThat(Figures.bytes(512)).isEqualTo("512 B");
    assertThat(Figures.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Figures.bytes(300L << 20)).isEqualTo("300 MiB");
  }

  @Test
  void writesNumbersThatAreNoneAsADash() {
    assertThat(Figures.decimal(Double.NaN, 2)).isEqualTo("–");
    assertThat(Figures.decimal(Double.POSITIVE_INFINITY, 2)).isEqualTo("∞");
  }
}
