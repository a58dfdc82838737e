package dev.tatara.operator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.run.RunFile;
import dev.tatara.k8s.resource.PipelineResource;

/** What a resource asks for: a run document, or the reason why it is none. */
sealed interface Desired {
  /** A sound document, which carries the name of the run. */
  record Document(RunDocument document) implements Desired {
    String digest() {
      return SpecTree.of(document.spec()).digest();
    }
  }

  /**
   * Nothing that could be run.
   *
   * @param reason one word
   * @param sentence what is wrong and what to do
   */
  record Unsound(String reason, String sentence) implements Desired {}

  /** Only kind, name and spec are looked at: the rest is the cluster's. */
  static Desired of(PipelineResource resource) {
    String namespace = resource.getMetadata().getNamespace();
    String name = resource.getMetadata().getName();
    String run = RunName.of(namespace, name);
    if (run.length() > RunName.LONGEST) {
      return new Unsound(
          Reasons.NAME_TOO_LONG,
          "the run would be called %s, which has %d characters, but a run's name is namespace and name with a hyphen between and has at most %d; give the resource a name of at most %d characters"
              .formatted(
                  run,
                  run.length(),
                  RunName.LONGEST,
                  Math.max(1, RunName.LONGEST - namespace.length() - 1)));
    }
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("apiVersion", resource.getApiVersion());
    document.put("kind", resource.getKind());
    document.putObject("metadata").put("name", run);
    if (resource.getSpec() != null) {
      document.set("spec", resource.getSpec());
    }
    try {
      return new Document(RunFile.parse(document.toString(), name));
    } catch (InvalidInputException e) {
      // All of it is on one line here; in the user's file it is elsewhere.
      String sentences = String.valueOf(e.getMessage()).replace(" (line 1)", "");
      return new Unsound(Reasons.INVALID, sentences);
    }
  }
}
