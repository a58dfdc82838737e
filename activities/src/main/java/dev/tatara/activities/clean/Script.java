package dev.tatara.activities.clean;

/** Which scripts write words without spaces between them. */
final class Script {
  private Script() {}

  /** Han and kana: counted by characters. */
  static boolean isUnspaced(int codePoint) {
    return (codePoint >= 0x3040 && codePoint <= 0x30FF)
        || (codePoint >= 0x31F0 && codePoint <= 0x31FF)
        || (codePoint >= 0x3400 && codePoint <= 0x4DBF)
        || (codePoint >= 0x4E00 && codePoint <= 0x9FFF)
        || (codePoint >= 0xF900 && codePoint <= 0xFAFF)
        || (codePoint >= 0xFF66 && codePoint <= 0xFF9D)
        || (codePoint >= 0x20000 && codePoint <= 0x323AF)
        || codePoint == 0x3005
        || codePoint == 0x3007;
  }

  static boolean isHiragana(int codePoint) {
    return codePoint >= 0x3041 && codePoint <= 0x309F;
  }
}
