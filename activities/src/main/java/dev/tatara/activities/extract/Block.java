package dev.tatara.activities.extract;

/**
 * One paragraph, heading, list item, table row or piece of code of a page.
 *
 * @param level of a heading (1 to 6), depth of a list item (from 0), else 0
 * @param text as it is written out
 * @param characters of it that are not white space
 * @param linked those of them that are inside links
 */
record Block(Kind kind, int level, String text, int characters, int linked) {
  enum Kind {
    PARAGRAPH,
    HEADING,
    ITEM,
    TERM,
    ROW,
    CODE
  }

  /**
   * What the block says for being main content: characters outside of links count for, those inside
   * against, and each block has to make up for being there, since boilerplate comes in short ones.
   */
  int worth() {
    return switch (kind) {
      case CODE -> characters;
      case HEADING -> 0;
      case PARAGRAPH -> plain() - linked / 2 - 30;
      case ITEM, TERM -> plain() - linked - 10;
      case ROW -> plain() - linked - 5;
    };
  }

  private int plain() {
    return characters - linked;
  }

  /** Whether it is made of links rather than of sentences that contain some. */
  boolean isLinks() {
    return switch (kind) {
      case CODE, HEADING, TERM -> false;
      case PARAGRAPH -> linked > 0.8 * characters;
      case ITEM, ROW -> linked > 0.7 * characters;
    };
  }
}
