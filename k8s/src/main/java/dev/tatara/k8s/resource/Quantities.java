package dev.tatara.k8s.resource;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.List;

/** Numbers that may be written as text, {@code 1500k}, in the language of rules (CEL). */
final class Quantities {
  /** As many as the pattern admits: 41 digits, a point, 20 more and a suffix. */
  static final long MOST_CHARACTERS = 63;

  private Quantities() {}

  /** The number that a place holds, whichever way it is written. */
  static String number(String place) {
    return ("(type(%s) == string ? int(double(%s.lowerAscii().replace('_', '')"
            + ".replace('k', 'e3').replace('m', 'e6').replace('b', 'e9'))) : int(%s))")
        .formatted(place, place, place);
  }

  /** The bounds of the schema, which Kubernetes checks on numbers only, for texts too. */
  static List<ValidationRule> bounds(JsonNode schema) {
    List<ValidationRule> rules = new ArrayList<>();
    bound(schema, "minimum", ">=", "must be at least ", rules);
    bound(schema, "maximum", "<=", "must be at most ", rules);
    return rules;
  }

  private static void bound(
      JsonNode schema, String keyword, String sign, String words, List<ValidationRule> rules) {
    if (schema.has(keyword)) {
      String bound = Long.toString(schema.path(keyword).longValue());
      rules.add(
          RunRulesInCel.rule(
              "type(self) != string || %s %s %s".formatted(number("self"), sign, bound),
              words + bound));
    }
  }
}
