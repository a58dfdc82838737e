package dev.tatara.config.strict;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be written at one place of a document, as read off a record. The loader checks documents
 * against it and the JSON Schema is made of it, so that the two agree.
 */
public sealed interface Shape {

  /** A text. */
  record Text(@Nullable Matches matches) implements Shape {}

  /** {@code true} or {@code false}. */
  record Flag() implements Shape {}

  /**
   * A whole number.
   *
   * @param bits 32 or 64
   * @param written other ways to write it
   */
  record Whole(int bits, @Nullable Range range, @Nullable WrittenNumber written) implements Shape {}

  /** A number, 64-bit floating point. */
  record Decimal(@Nullable Range range) implements Shape {}

  /** The word of one of an enum's constants. */
  record Choice(Class<?> type, List<String> words) implements Shape {}

  /** A list. */
  record Items(Shape item, @Nullable Range range) implements Shape {}

  /**
   * A mapping with keys of the user's choice.
   *
   * @param wholeKeys keys are whole numbers
   */
  record Entries(boolean wholeKeys, Shape value) implements Shape {}

  /** A mapping with the components of a record as keys, in their order. */
  record Keys(Class<?> type, Map<String, Key> keys) implements Shape {}

  /**
   * One key of a mapping.
   *
   * @param required the document must have it
   * @param primitive it can never be absent in Java
   * @param fallback what is taken when it is left out, if the record alone decides that
   */
  record Key(Shape shape, boolean required, boolean primitive, @Nullable Object fallback) {}

  /** The shape of documents that become this record. */
  static Keys of(Class<? extends Record> type) {
    return RecordShapes.keys(type);
  }
}
