package dev.tatara.activities.clean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TextNormalizerTest {
  static List<Arguments> cases() {
    return List.of(
        Arguments.of("composes", "e\u0301te\u0301 は\u3099", "été ば"),
        Arguments.of("ends lines alike", "a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"),
        Arguments.of("leaves one blank line", "\n\n a \n\n\n\n b\t\n\n", " a\n\n b"),
        Arguments.of("drops invisibles", "a\u200Bb\u00ADc\uFEFFd\u0007e\u202Ef\u2069", "abcdef"),
        Arguments.of("makes spaces plain", "a\u00A0b\u2003c\u202Fd", "a b c d"),
        Arguments.of("keeps indentation", "if x:\n    y = 1\n\tz = 2", "if x:\n    y = 1\n\tz = 2"),
        Arguments.of("keeps the ideographic space", "　余は", "　余は"),
        Arguments.of("keeps joiners", "👩\u200D💻 می\u200Cخواهم", "👩\u200D💻 می\u200Cخواهم"),
        Arguments.of("replaces halves of pairs", "a\uD83Db\uDE00", "a\uFFFDb\uFFFD"),
        Arguments.of("makes nothing of nothing", " \n\t\n", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void writesTheSameTextOneWay(String name, String raw, String expected) {
    assertThat(TextNormalizer.normalize(raw)).as(name).isEqualTo(expected);
    assertThat(TextNormalizer.normalize(expected)).as("again: " + name).isEqualTo(expected);
  }
}
