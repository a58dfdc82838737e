package dev.tatara.base.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PreTokenizerTest {
  /** White_Space, which Java's {@code \s} is not. */
  private static final String SPACE =
      "\\\\u0009-\\\\u000d\\\\u0020\\\\u0085\\\\u00a0\\\\u1680\\\\u2000-\\\\u200a\\\\u2028\\\\u2029\\\\u202f\\\\u205f\\\\u3000";

  private static Pattern regex(PreTokenizer preTokenizer) {
    return Pattern.compile(
        preTokenizer
            .regex()
            .replace("(?i:", "(?iu:")
            .replaceAll("\\[\\^([^\\]]*)\\\\s", "[^$1" + SPACE)
            .replaceAll("\\\\s", "[" + SPACE + "]")
            .replaceAll("\\\\S", "[^" + SPACE + "]"));
  }

  private static List<String> split(Pattern regex, String text) {
    List<String> pieces = new ArrayList<>();
    Matcher matcher = regex.matcher(text);
    while (matcher.find()) {
      pieces.add(matcher.group());
    }
    return pieces;
  }

  @ParameterizedTest
  @EnumSource
  void cutsEveryTextLikeTheRegex(PreTokenizer preTokenizer) {
    Pattern regex = regex(preTokenizer);
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      // U+A7CB and U+10D4A are letters since Unicode 16 only; this JDK's regex may not know them.
      String text = RandomText.next(random).replaceAll("[\\uA7CB\\x{10D4A}]", "");
      assertThat(preTokenizer.split(text)).as(text).isEqualTo(split(regex, text));
    }
  }
}
