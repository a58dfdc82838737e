package dev.tatara.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTarTest {
  /** First second of 1970 or the day of project.build.outputTimestamp: never that of the build. */
  private static final List<Long> TIMES = List.of(1_000L, 1_767_225_600_000L);

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void startsJavaAsAUserWithoutRights(String name) {
    JsonNode configuration = ImageTar.of(name).configuration();

    assertThat(configuration.get("User").asText()).isEqualTo("10001:10001");
    assertThat(texts(configuration.get("Entrypoint")))
        .endsWith("java", "@/app/jvm.options", "dev.tatara." + name + ".Main")
        .satisfies(
            words ->
                assertThat(words.contains("dev.tatara.base.pod.Supervisor"))
                    .as("only what trains or evaluates is started again inside its pod")
                    .isEqualTo(List.of("trainer", "evaluator").contains(name)));
    assertThat(configuration.get("WorkingDir").asText()).isEqualTo("/app");
    assertThat(texts(configuration.get("Env")))
        .contains("TATARA_METRICS_HOST=0.0.0.0", "TATARA_CACHE=/tmp/cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void saysWhatItIs(String name) {
    JsonNode labels = ImageTar.of(name).configuration().get("Labels");

    for (String label : List.of("title", "description", "version", "licenses", "created")) {
      assertThat(labels.path("org.opencontainers.image." + label).asText()).isNotBlank();
    }
    assertThat(labels.get("org.opencontainers.image.title").asText()).isEqualTo("tatara/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void lendsNoRightsAndLetsNobodyWriteButToTmp(String name) {
    ImageTar.of(name)
        .entries()
        .forEach(
            (path, entry) -> {
              if (path.equals("tmp")) {
                assertThat(entry.getMode() & 07777).as(path).isEqualTo(01777);
                return;
              }
              assertThat(entry.getLongUserId()).as("owner of " + path).isZero();
              assertThat(entry.getLongGroupId()).as("group of " + path).isZero();
              assertThat(entry.getMode() & 07000).as("setuid and the like on " + path).isZero();
              if (!entry.isSymbolicLink()) {
                assertThat(entry.getMode() & 0022).as("others may write " + path).isZero();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void isTheSameWheneverItIsBuilt(String name) {
    for (Map<String, TarArchiveEntry> layer : ImageTar.of(name).layers()) {
      layer.forEach(
          (path, entry) -> assertThat(entry.getLastModifiedTime().toMillis()).as(path).isIn(TIMES));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void holdsEveryJarOfItsClassPathAndNoShell(String name) throws IOException {
    ImageTar image = ImageTar.of(name);
    Map<String, TarArchiveEntry> entries = image.entries();
    String options = image.text("app/jvm.options");
    String classPath = options.substring(options.indexOf("-cp ") + 4).strip();

    assertThat(classPath.split(":"))
        .contains("/app/lib/%s-%s.jar".formatted(name, version(image)))
        .allSatisfy(jar -> assertThat(entries).containsKey(jar.substring(1)));
    assertThat(entries).doesNotContainKeys("bin/sh", "bin/bash", "usr/bin/sh");
    assertThat(entries).containsKeys("etc/ssl/certs/ca-certificates.crt", "etc/nsswitch.conf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void listsItsLibrariesAsCycloneDx(String name) throws IOException {
    ImageTar image = ImageTar.of(name);
    JsonNode bom = Json.tree(image.text("app/sbom.json").getBytes(StandardCharsets.UTF_8));

    assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bom.path("metadata").path("component").path("name").asText()).isEqualTo(name);
    List<String> components = new ArrayList<>();
    bom.path("components").forEach(component -> components.add(component.path("name").asText()));
    assertThat(components).contains("config", "base", "jackson-databind", "logback-classic");
    assertThat(bom.has("serialNumber")).as("a number that differs for each build").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void listsWhatLiesBelowItToo(String name) throws IOException {
    JsonNode bom =
        Json.tree(ImageTar.of(name).text("opt/java/sbom.json").getBytes(StandardCharsets.UTF_8));

    List<String> components = new ArrayList<>();
    bom.path("components").forEach(component -> components.add(component.path("name").asText()));
    assertThat(components).contains("openjdk").hasSizeGreaterThan(3);
    assertThat(bom.path("components"))
        .allSatisfy(component -> assertThat(component.path("version").asText()).isNotBlank());
  }

  @ParameterizedTest
  @ValueSource(strings = {"worker", "operator", "trainer", "evaluator"})
  void travelsInSmallPartsWhenOnlyOurCodeChanges(String name) {
    ImageTar image = ImageTar.of(name);

    for (int i = 0; i < image.layers().size(); i++) {
      boolean ours =
          image.layers().get(i).keySet().stream()
              .anyMatch(path -> path.equals("app/lib/%s-%s.jar".formatted(name, version(image))));
      if (ours) {
        assertThat(image.packed().get(i)).isLessThan(4_000_000);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trainer", "evaluator"})
  void holdsNativeLibrariesOnceAndUnpacked(String name) {
    Map<String, TarArchiveEntry> entries = ImageTar.of(name).entries();

    assertThat(entries.keySet())
        .anyMatch(path -> path.startsWith("app/natives/") && path.endsWith("/libtorch_cpu.so"))
        .noneMatch(path -> path.matches("app/lib/.*-linux-x86_64.*\\.jar"));
  }

  private static String version(ImageTar image) {
    return image.configuration().get("Labels").get("org.opencontainers.image.version").asText();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
