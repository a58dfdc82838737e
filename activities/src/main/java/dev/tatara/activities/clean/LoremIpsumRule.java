package dev.tatara.activities.clean;

import java.util.regex.Pattern;

/** Not a page that still waits for its text (C4). */
record LoremIpsumRule() implements Rule {
  private static final Pattern FILLER = Pattern.compile("lorem\\s+ipsum", Pattern.CASE_INSENSITIVE);

  @Override
  public Verdict judge(Reading reading) {
    return FILLER.matcher(reading.text()).find()
        ? new Verdict.Drop("lorem-ipsum", "contains \"lorem ipsum\"")
        : new Verdict.Keep("lorem-ipsum", 0);
  }
}
