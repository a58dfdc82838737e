package dev.tatara.cli.report;

import dev.tatara.base.token.TokenIndex;
import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Stage;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the base model was trained on: tokens by source and by language, and how often. */
final class MixtureSection implements Section {
  private static final String SOURCE = "tokens.source.";
  private static final String LANGUAGE = "tokens.language.";

  @Override
  public void write(ReportContent content, Html page) {
    SortedMap<String, Long> sources = trained(content, SOURCE);
    if (sources.isEmpty()) {
      return;
    }
    page.open("section").leaf("h2", "What the model was trained on");
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "tokens of").leaf("th", "");
    for (String head : new String[] {"trained on", "share", "there are", "passes"}) {
      page.leaf("th", head, "class", "n");
    }
    page.close().close().open("tbody");
    rows("source", sources, bySource(content.tokens()), page);
    rows("language", trained(content, LANGUAGE), byLanguage(content.tokens()), page);
    page.close().close().close();
    page.leaf(
        "p",
        "Tokens that were predicted in pretraining, counted from the order of samples; the mixture of the run document decides the shares.",
        "class",
        "note");
    page.close();
  }

  private static SortedMap<String, Long> trained(ReportContent content, String prefix) {
    SortedMap<String, Long> trained = new TreeMap<>();
    content
        .outcome(Stage.PRETRAIN)
        .ifPresent(
            outcome ->
                outcome
                    .counts()
                    .forEach(
                        (name, count) -> {
                          if (name.startsWith(prefix)) {
                            trained.put(name.substring(prefix.length()), count);
                          }
                        }));
    return trained;
  }

  private static void rows(
      String kind, SortedMap<String, Long> trained, Map<String, Long> there, Html page) {
    double all = Math.max(1, trained.values().stream().mapToLong(Long::longValue).sum());
    trained.forEach(
        (name, tokens) -> {
          long available = there.getOrDefault(name, 0L);
          page.open("tr").leaf("th", kind).leaf("td", name);
          cell(page, Figures.count(tokens));
          cell(page, Figures.decimal(100 * tokens / all, 1) + " %");
          cell(page, available == 0 ? "–" : Figures.count(available));
          cell(page, available == 0 ? "–" : Figures.decimal((double) tokens / available, 2));
          page.close();
        });
  }

  private static void cell(Html page, String text) {
    page.leaf("td", text, "class", "n");
  }

  private static Map<String, Long> bySource(@Nullable TokenIndex index) {
    Map<String, Long> there = new TreeMap<>();
    if (index != null) {
      index
          .languages()
          .values()
          .forEach(
              language ->
                  language
                      .parts()
                      .forEach(part -> there.merge(part.source(), part.tokens(), Long::sum)));
    }
    return there;
  }

  private static Map<String, Long> byLanguage(@Nullable TokenIndex index) {
    Map<String, Long> there = new TreeMap<>();
    if (index != null) {
      index.languages().forEach((name, language) -> there.put(name, language.tokens()));
    }
    return there;
  }
}
