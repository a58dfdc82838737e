package dev.tatara.activities.clean;

/** Not a mere list (Gopher). */
record BulletLinesRule(double most) implements Rule {
  private static final String BULLETS = "-*•‣⁃▪◦・";

  @Override
  public Verdict judge(Reading reading) {
    double share = reading.shareOfLines(line -> BULLETS.indexOf(line.charAt(0)) >= 0);
    return Verdict.atMost("bullet-lines", "bullet-lines", share, most);
  }
}
