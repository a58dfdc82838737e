package dev.tatara.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;

class DesiredTest {
  @Test
  void theDocumentCarriesTheNameOfTheRun() {
    assertThat(Examples.document("7").document().name()).isEqualTo("models-ci");
  }

  @Test
  void whatTheApiServerCannotCheckIsToldWithPathValueRuleAndRemedy() {
    ObjectNode spec = (ObjectNode) Examples.resource("7").getSpec();
    ((ObjectNode) spec.at("/mixture/0/weights")).put("fr", 0.5);

    Desired desired = Desired.of(Examples.resource("ci", spec));

    assertThat(desired).isInstanceOf(Desired.Unsound.class);
    assertThat(((Desired.Unsound) desired).reason()).isEqualTo("Invalid");
    assertThat(((Desired.Unsound) desired).sentence())
        .startsWith("ci: 1 problem")
        .contains("spec.mixture[0].weights.fr")
        .doesNotContain("(line");
  }

  @Test
  void aNameThatIsTooLongIsToldWithTheLengthThatFits() {
    Desired desired = Desired.of(Examples.resource("a".repeat(60), "7"));

    assertThat(((Desired.Unsound) desired).reason()).isEqualTo("NameTooLong");
    assertThat(((Desired.Unsound) desired).sentence())
        .contains("67 characters")
        .contains("a name of at most 56 characters");
  }

  @Test
  void aSpecThatIsNoMappingIsUnsound() {
    assertThat(Desired.of(Examples.resource("ci", TextNode.valueOf("all"))))
        .isInstanceOf(Desired.Unsound.class);
    assertThat(Desired.of(Examples.resource("ci", JsonNodeFactory.instance.objectNode())))
        .isInstanceOf(Desired.Unsound.class);
  }

  @Test
  void changesAreNamedByTheirPathsAndTheBudgetIsNone() {
    ObjectNode spec = (ObjectNode) Examples.resource("7").getSpec();
    spec.put("seed", 8).putObject("budget").put("rankHours", 3);
    ((ObjectNode) spec.at("/pretrain")).put("tokens", 245_760);
    ((ObjectNode) spec.at("/collect/sources/0")).put("license", "MIT");
    Desired.Document edited = (Desired.Document) Desired.of(Examples.resource("ci", spec));

    assertThat(SpecTree.of(Examples.spec("7")).changesTo(SpecTree.of(edited.document().spec())))
        .containsExactly("spec.collect.sources", "spec.pretrain.tokens", "spec.seed");
  }
}
