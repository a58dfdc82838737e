package dev.tatara.config.strict;

/**
 * A whole number that people may write in a shorter way. A deserializer that implements this tells
 * the loader and the schema what is understood.
 */
public interface WrittenNumber {
  /**
   * The number that the text stands for.
   *
   * @throws IllegalArgumentException if it stands for none
   */
  long number(String text);

  /** Regular expression of the texts that are understood. */
  String pattern();

  /** What may be written; continues "must be". */
  String rule();

  /** A text that is right. */
  String example();
}
