package dev.tatara.config.strict;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The numbers that a component may have; for a list, how many items. Checked when a document is
 * loaded, never in a constructor: what may tighten later must not break inputs that are replayed.
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Range {
  /** The smallest number. */
  double min() default Double.NEGATIVE_INFINITY;

  /** The largest number. */
  double max() default Double.POSITIVE_INFINITY;

  /** The number must be larger than this. */
  double above() default Double.NEGATIVE_INFINITY;

  /** The number must be smaller than this. */
  double below() default Double.POSITIVE_INFINITY;
}
