package dev.tatara.config.strict;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How the text of a component is written; for a list, the text of each item. */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Matches {
  /** Name of an object as in Kubernetes (DNS-1123 label). */
  String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  String LABEL_RULE =
      "must be 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end";

  /** ISO 639-1, or ISO 639-3 for languages that have no shorter code. */
  String LANGUAGE = "[a-z]{2,3}";

  String LANGUAGE_RULE = "must be the ISO 639-1 code of a language";

  /** At least one character that can be seen. */
  String VISIBLE = "[\\s\\S]*\\S[\\s\\S]*";

  /**
   * What the whole text matches, in the syntax that {@link java.util.regex}, ECMA 262 (JSON Schema)
   * and RE2 (Kubernetes) share: no looking ahead.
   */
  String regex();

  /** The rule in words; continues "is …, but". */
  String rule();

  /** A text that is right. */
  String example();
}
