package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.task.StageOutcome;
import java.util.stream.Collectors;

/** Which artifact came of which, by digest. */
final class LineageSection implements Section {
  private static final int SHORT = 12;

  @Override
  public void write(ReportContent content, Html page) {
    if (content.manifests().isEmpty()) {
      return;
    }
    page.open("section").leaf("h2", "Lineage");
    page.leaf(
        "p",
        "A digest is the SHA-256 of an artifact's manifest, which holds the digests of all its objects and of the artifacts it was made from.",
        "class",
        "note");
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "stage").leaf("th", "artifact").leaf("th", "digest").leaf("th", "made from");
    page.leaf("th", "objects", "class", "n").leaf("th", "size", "class", "n");
    page.close().close().open("tbody");
    for (StageOutcome outcome : content.result().stages()) {
      Manifest manifest = content.manifests().get(outcome.stage());
      if (manifest != null) {
        row(outcome, manifest, page);
      }
    }
    page.close().close().close().close();
  }

  private static void row(StageOutcome outcome, Manifest manifest, Html page) {
    String uri = outcome.artifact() == null ? "" : outcome.artifact().uri();
    String digest = outcome.artifact() == null ? "" : outcome.artifact().digest();
    page.open("tr").leaf("th", outcome.stage().word());
    page.open("td").leaf("code", uri).close();
    page.open("td").leaf("code", brief(digest), "title", digest).close();
    page.leaf(
        "td",
        manifest.inputs().entrySet().stream()
            .map(input -> input.getKey() + " " + brief(input.getValue().digest()))
            .collect(Collectors.joining(", ")));
    page.leaf("td", Figures.count(manifest.objects().size()), "class", "n");
    page.leaf("td", Figures.bytes(manifest.totalBytes()), "class", "n").close();
  }

  private static String brief(String digest) {
    return digest.length() <= SHORT ? digest : digest.substring(0, SHORT);
  }
}
