package dev.tatara.tests.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A real Argo CD, and what it says of its Applications. */
final class ArgoCd {
  private static final String EXAMPLES = "charts/examples/gitops/argocd/";

  private final Cluster cluster;
  private final Path folder;

  ArgoCd(Cluster cluster, Path folder) {
    this.cluster = cluster;
    this.folder = folder;
  }

  /** Applies an Application of the examples, after a change of its specification. */
  void apply(String example, Consumer<ObjectNode> change) throws IOException, InterruptedException {
    String text = Files.readString(TataraCommand.home().resolve(EXAMPLES + example));
    ObjectNode application = (ObjectNode) new YAMLMapper().readTree(text);
    change.accept((ObjectNode) application.path("spec"));
    Path file = folder.resolve(example);
    Files.writeString(file, new YAMLMapper().writeValueAsString(application));
    cluster.kubectl("apply", "-f", file.toString());
  }

  /** Looks at the repository now, as a webhook would make it. */
  void refresh(String application) throws IOException, InterruptedException {
    cluster.kubectl(
        "annotate",
        "--overwrite",
        "applications.argoproj.io",
        application,
        "--namespace=argocd",
        "argocd.argoproj.io/refresh=normal");
  }

  /** Waits until it is synced to a revision. */
  void awaitSynced(String application, String revision) {
    Patience.await(
        () -> {
          JsonNode sync = status(application).path("sync");
          return sync.path("status").asText().equals("Synced")
              && sync.path("revision").asText().equals(revision);
        },
        () -> "%s is not synced to %s: %s".formatted(application, revision, status(application)));
  }

  /** Waits until an Application's health is as expected. */
  void awaitHealth(String application, String health) {
    Patience.await(
        () -> status(application).at("/health/status").asText().equals(health),
        () -> "%s is not %s: %s".formatted(application, health, status(application)));
  }

  void awaitSync(String application, String sync) {
    Patience.await(
        () -> status(application).at("/sync/status").asText().equals(sync),
        () -> "%s is not %s: %s".formatted(application, sync, status(application)));
  }

  /** What it says of the health of a pipeline, as {@code Status: message}. */
  String health(String application, String pipeline) {
    for (JsonNode resource : status(application).path("resources")) {
      if (resource.path("name").asText().equals(pipeline)) {
        return "%s: %s"
            .formatted(
                resource.at("/health/status").asText(), resource.at("/health/message").asText());
      }
    }
    return "";
  }

  JsonNode status(String application) {
    try {
      String json =
          cluster.kubectl(
              "get", "applications.argoproj.io", application, "--namespace=argocd", "-o", "json");
      return new ObjectMapper().readTree(json).path("status");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
