package dev.tatara.base.tokenizer;

import java.util.Random;

/** Short texts in which the borders between kinds of characters come thick and fast. */
final class RandomText {
  private static final String[] PIECES = {
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\u0085",
    "'",
    "'s",
    "'S",
    "'ll",
    "'LL",
    "'\u017F",
    "'re",
    "'Ve",
    "a",
    "Zz",
    "é",
    "猫",
    "カ",
    "𠮷",
    "1",
    "234",
    "½",
    "٣",
    "Ⅷ",
    "𝟘",
    ".",
    "!?",
    "_",
    "😀",
    "\u0301",
    "\u200d",
    "\u0000",
    "<|im_end|>",
    "<|",
    "-",
    "the",
    "\uA7CB",
    "\uD803\uDD4A",
    "e\u0301",
    "\u0327",
    "\u1112\u1161\u11AB",
    "\u0915\u093C",
    "\u212B",
    "\u32FF",
    "\u07FD",
    "\uD806\uDD35\uD806\uDD30"
  };

  private RandomText() {}

  static String next(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(24);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }
}
