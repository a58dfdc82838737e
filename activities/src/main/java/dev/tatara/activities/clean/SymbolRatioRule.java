package dev.tatara.activities.clean;

/** Few hash signs, and few ellipses, per word (Gopher). A run of either counts once. */
record SymbolRatioRule(double most) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    int hashes = 0;
    int ellipses = 0;
    String text = reading.text();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean starts = i == 0 || text.charAt(i - 1) != c;
      hashes += c == '#' && starts ? 1 : 0;
      ellipses += starts && (c == '…' || text.startsWith("...", i)) ? 1 : 0;
    }
    double words = Math.max(1, reading.words().count());
    return Verdict.atMost("symbols", "symbol-ratio", Math.max(hashes, ellipses) / words, most);
  }
}
