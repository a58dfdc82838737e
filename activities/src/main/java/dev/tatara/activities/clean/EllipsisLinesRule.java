package dev.tatara.activities.clean;

/** Not made of teasers that break off (Gopher). */
record EllipsisLinesRule(double most) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    double share = reading.shareOfLines(line -> line.endsWith("...") || line.endsWith("…"));
    return Verdict.atMost("ellipsis-lines", "ellipsis-lines", share, most);
  }
}
