package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.TrainTask;
import dev.tatara.tests.pipeline.TataraCommand;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example for Kubeflow Trainer, with its real controller. */
@Tag("cluster")
@Timeout(300)
class KubeflowOnClusterTest {
  private static final int STEPS = 400;
  private static final String JOB = "first-pretrain";

  private static ClusterGround ground;
  private static Cluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void prepare() throws Exception {
    cluster = Cluster.up(List.of("kubernetes", "minio", "jobset", "kubeflow"), List.of("trainer"));
    ground = new ClusterGround(cluster, "kubeflow-test");
  }

  @AfterAll
  static void clean() throws Exception {
    ground.close();
    cluster.removeController("kubeflow");
    cluster.removeController("jobset");
  }

  @Test
  void aTrainJobThatLosesAPodGivesTheBytesOfALaunchedGang() throws Exception {
    TrainTask launched = ground.task("launched", 2, STEPS);
    ClusterGround.end(ground.launch(launched));
    List<ManifestObject> expected = ground.model(launched);
    TrainTask task = ground.task("first", 2, STEPS);
    putDown(task);
    apply(example("training-runtime"));
    apply(trainJob(task));

    ground.awaitStep(task, 100);
    String other = ground.uid(0);
    String lost = ground.pod(1).getMetadata().getName();
    ground.client().pods().inNamespace(ground.namespace()).withName(lost).delete();
    ground.awaitStep(task, 200);
    assertThat(ground.uid(0)).isEqualTo(other);
    assertThat(ground.pod(1).getMetadata().getName()).isNotEqualTo(lost);
    kubectl("wait", "--for=condition=Complete", "--timeout=200s", "trainjob/" + JOB);

    assertThat(ground.model(task)).isEqualTo(expected);
  }

  /** As the README has it done, but for where the document comes from. */
  private static void putDown(TrainTask task) {
    ground
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(JOB)
                .withNamespace(ground.namespace())
                .endMetadata()
                .withData(Map.of("task.json", Json.text(task)))
                .build())
        .create();
  }

  private static ObjectNode trainJob(TrainTask task) throws IOException {
    ObjectNode job = example("train-job");
    ObjectNode trainer = (ObjectNode) job.at("/spec/trainer");
    trainer.put("image", "tatara/trainer:" + ClusterGround.VERSION);
    for (JsonNode variable : trainer.withArray("env")) {
      String name = variable.path("name").asText();
      String value = cluster.store().toEnvironment().get(name);
      if (value != null) {
        ((ObjectNode) variable).put("value", value);
      }
      if (name.equals("TATARA_WORK_PREFIX")) {
        assertThat(variable.path("value").asText()).isEqualTo(task.workPrefix());
      }
    }
    return job;
  }

  private static ObjectNode example(String name) throws IOException {
    Path examples = TataraCommand.home().resolve("charts/examples/kubeflow");
    return (ObjectNode) new YAMLMapper().readTree(examples.resolve(name + ".yaml").toFile());
  }

  private void apply(ObjectNode object) throws Exception {
    Path file = folder.resolve("object.yaml");
    new YAMLMapper().writeValue(file.toFile(), object);
    kubectl("apply", "--server-side", "--filename", file.toString());
  }

  private static void kubectl(String... arguments) throws Exception {
    String[] namespaced = new String[arguments.length + 2];
    namespaced[0] = "--namespace";
    namespaced[1] = ground.namespace();
    System.arraycopy(arguments, 0, namespaced, 2, arguments.length);
    cluster.kubectl(namespaced);
  }
}
