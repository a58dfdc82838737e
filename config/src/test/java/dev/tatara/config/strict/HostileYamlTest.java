package dev.tatara.config.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tatara.config.InvalidInputException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Text that is no YAML, or that was written to do harm, ends in a sentence and in short time. */
class HostileYamlTest {
  record Note(@Nullable String text, @Nullable List<String> list) {}

  @Test
  void namesLineAndColumnOfASyntaxError() {
    assertThat(refusal("text: a\nlist: [a, b\n"))
        .isEqualTo(
            "note.yaml, line 3, column 1: is not YAML (while parsing a flow sequence, expected ',' or"
                + " ']', but got <stream end>); check the indentation there (spaces, no tabs),"
                + " closing quotes and brackets, and put texts that contain \": \" or begin with"
                + " * & ! % @ ` in quotes");
  }

  @Test
  void namesTheTab() {
    assertThat(refusal("list:\n\t- a\n"))
        .startsWith(
            "note.yaml, line 2, column 1: is not YAML (while scanning for the next token, ");
  }

  @Test
  void refusesAnEmptyFile() {
    assertThat(refusal("# nothing\n"))
        .isEqualTo(
            "note.yaml is empty; start from a file in config/runs, for example quickstart.yaml");
  }

  @Test
  void refusesTwoDocuments() {
    assertThat(refusal("text: a\n---\ntext: b\n"))
        .startsWith(
            "note.yaml, line 2, column 1: is not YAML (expected a single document in the stream,");
  }

  @Test
  void refusesBytesThatAreNoText() {
    assertThat(refusal("text: \u0007"))
        .isEqualTo(
            "note.yaml contains the character U+0007, which YAML does not allow; write plain text");
  }

  @Test
  void refusesATextThatIsTooLarge() {
    assertThat(refusal("#".repeat(YamlTree.MOST_CHARACTERS + 1)))
        .isEqualTo(
            "note.yaml has 1,048,577 characters, and a run document has at most 1,048,576; is this the"
                + " right file?");
  }

  @Test
  void refusesDeepNesting() {
    assertThat(refusal("text: " + "[".repeat(10_000)))
        .startsWith("note.yaml is not a run document: Nesting Depth exceeded max");
  }

  @Test
  void refusesALaughBomb() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      String before = "*a" + (i - 1);
      yaml.append(
          "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", before, before, before, before)));
    }

    assertThat(refusal(yaml.toString()))
        .startsWith(
            "note.yaml is not a run document: Number of aliases for non-scalar nodes exceeds");
  }

  @Test
  void refusesAliasesThatGrowWithinTheLimit() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [%s]\n".formatted("x, ".repeat(999) + "x"));
    for (int i = 1; i < 7; i++) {
      String before = "*a" + (i - 1);
      yaml.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", before, before, before)));
    }

    assertThat(refusal(yaml.toString()))
        .isEqualTo(
            "note.yaml has more than 100,000 values once its aliases are followed; write them out");
  }

  @Test
  void refusesAValueThatContainsItself() {
    assertThat(refusal("list: &a [*a]"))
        .contains("list[0] (line 1) contains itself, but must end somewhere; write the value out");
  }

  @Test
  void refusesTagsThatNameClasses() {
    assertThat(refusal("text: !!javax.script.ScriptEngineManager [x]"))
        .contains(
            "text (line 1) has the tag \"tag:yaml.org,2002:javax.script.ScriptEngineManager\", but"
                + " must be a plain value; delete the tag");
  }

  @Test
  void refusesMergeKeys() {
    assertThat(refusal("<<: {text: a}"))
        .contains("<< (line 1) is not a known key, but must be one of list, text; delete it");
  }

  @Test
  void refusesKeysThatAreNoTexts() {
    assertThat(refusal("? [a]\n: b"))
        .contains(
            "the document has a list or mapping as a key, but must have texts as keys; write"
                + " a word");
  }

  private static String refusal(String yaml) {
    InvalidInputException refusal =
        catchThrowableOfType(
            InvalidInputException.class,
            () -> StrictYaml.read(yaml, "note.yaml", Note.class, (note, place) -> {}));
    return refusal == null ? "accepted" : String.valueOf(refusal.getMessage());
  }
}
