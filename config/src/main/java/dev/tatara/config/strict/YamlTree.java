package dev.tatara.config.strict;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * One YAML document as a tree of plain values with the line of each. Scalars follow the core schema
 * of YAML 1.2 (chapter 10.3), so that {@code no} is a language and not {@code false}.
 */
final class YamlTree {
  /** Characters of a run document; ours have 3,000. */
  static final int MOST_CHARACTERS = 1 << 20;

  private static final int DEEPEST = 30;
  private static final int MOST_ALIASES = 20;
  private static final int MOST_VALUES = 100_000;
  private static final Set<Tag> PLAIN_TAGS = Set.of(Tag.STR, Tag.SEQ, Tag.MAP);
  private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,40}");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  private final JsonNodeFactory factory = JsonNodeFactory.instance;
  private final Map<String, Integer> lines = new HashMap<>();
  private final Problems problems = new Problems(lines);
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final String name;
  private final JsonNode root;
  private int values;

  /**
   * Parses a document.
   *
   * @param name name of the file, for messages
   * @throws InvalidInputException if the text is not YAML, or is larger, deeper or more entangled
   *     than any run document
   */
  YamlTree(String text, String name) {
    this.name = name;
    if (text.length() > MOST_CHARACTERS) {
      throw new InvalidInputException(
          "%s has %,d characters, and a run document has at most %,d; is this the right file?"
              .formatted(name, text.length(), MOST_CHARACTERS));
    }
    Node node = compose(text);
    if (node == null) {
      throw new InvalidInputException(
          name + " is empty; start from a file in config/runs, for example quickstart.yaml");
    }
    JsonNode tree = convert(node, "");
    this.root = tree == null ? factory.objectNode() : tree;
  }

  /** The value of the whole document. */
  JsonNode root() {
    return root;
  }

  /** What was wrong with the YAML itself, and the place for what else is. */
  Problems problems() {
    return problems;
  }

  private @Nullable Node compose(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MOST_CHARACTERS + 1);
    options.setTagInspector(tag -> true); // nothing is constructed; convert() names the tag
    options.setNestingDepthLimit(DEEPEST);
    options.setMaxAliasesForCollections(MOST_ALIASES);
    try {
      return new Composer(
              new ParserImpl(new StreamReader(text), options), new TextResolver(), options)
          .getSingleNode();
    } catch (MarkedYAMLException e) {
      throw new InvalidInputException(sentence(e), e);
    } catch (ReaderException e) {
      throw new InvalidInputException(
          "%s contains the character U+%04X, which YAML does not allow; write plain text"
              .formatted(name, e.getCodePoint()),
          e);
    } catch (YAMLException e) {
      throw new InvalidInputException(
          "%s is not a run document: %s; write a simpler one".formatted(name, firstLine(e)), e);
    }
  }

  private String sentence(MarkedYAMLException e) {
    Mark mark = e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
    String place =
        mark == null
            ? ""
            : ", line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1);
    String context = e.getContext() == null ? "" : e.getContext() + ", ";
    return "%s%s: is not YAML (%s%s); check the indentation there (spaces, no tabs), closing quotes and brackets, and put texts that contain \": \" or begin with * & ! %% @ ` in quotes"
        .formatted(name, place, context, e.getProblem());
  }

  private static String firstLine(YAMLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** The value, or null if it is absent: written as {@code null}, or wrong. */
  private @Nullable JsonNode convert(Node node, String path) {
    lines.putIfAbsent(path, node.getStartMark().getLine() + 1);
    if (++values > MOST_VALUES) {
      throw new InvalidInputException(
          "%s has more than %,d values once its aliases are followed; write them out"
              .formatted(name, MOST_VALUES));
    }
    if (!PLAIN_TAGS.contains(node.getTag())) {
      problems.add(
          path,
          "has the tag " + Problem.quoted(node.getTag().getValue()),
          "must be a plain value",
          "delete the tag");
      return null;
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar, path);
    }
    if (!open.add(node)) {
      problems.add(path, "contains itself", "must end somewhere", "write the value out");
      return null;
    }
    JsonNode tree =
        node instanceof MappingNode mapping
            ? mapping(mapping, path)
            : sequence((SequenceNode) node, path);
    open.remove(node);
    return tree;
  }

  private JsonNode mapping(MappingNode mapping, String path) {
    ObjectNode object = factory.objectNode();
    Map<String, Integer> seen = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      int line = tuple.getKeyNode().getStartMark().getLine() + 1;
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(
            path, "has a list or mapping as a key", "must have texts as keys", "write a word");
        continue;
      }
      String at = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
      Integer first = seen.putIfAbsent(key.getValue(), line);
      if (first != null) {
        problems.add(
            at,
            "is given twice, in lines %d and %d".formatted(first, line),
            "must be given once",
            "delete one of them");
        continue;
      }
      lines.put(at, line);
      JsonNode value = convert(tuple.getValueNode(), at);
      if (value != null) {
        object.set(key.getValue(), value);
      }
    }
    return object;
  }

  private JsonNode sequence(SequenceNode sequence, String path) {
    ArrayNode array = factory.arrayNode();
    for (Node item : sequence.getValue()) {
      JsonNode value = convert(item, path + "[" + array.size() + "]");
      array.add(value == null ? factory.nullNode() : value);
    }
    return array;
  }

  private @Nullable JsonNode scalar(ScalarNode scalar, String path) {
    String text = scalar.getValue();
    if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
      return factory.textNode(text);
    }
    switch (text) {
      case "" -> {
        problems.add(path, "has no value", "must have one", "give it a value, or delete the key");
        return null;
      }
      case "null", "Null", "NULL", "~" -> {
        return null;
      }
      case "true", "True", "TRUE" -> {
        return factory.booleanNode(true);
      }
      case "false", "False", "FALSE" -> {
        return factory.booleanNode(false);
      }
      default -> {
        return number(text);
      }
    }
  }

  private JsonNode number(String text) {
    if (WHOLE.matcher(text).matches()) {
      BigInteger whole = new BigInteger(text);
      return whole.bitLength() < Long.SIZE
          ? factory.numberNode(whole.longValue())
          : factory.numberNode(whole);
    }
    if (DECIMAL.matcher(text).matches() && Double.isFinite(Double.parseDouble(text))) {
      return factory.numberNode(Double.parseDouble(text));
    }
    return factory.textNode(text);
  }

  /** Leaves every scalar a text, so that any other tag was written by hand. */
  private static final class TextResolver extends Resolver {
    @Override
    protected void addImplicitResolvers() {}
  }
}
