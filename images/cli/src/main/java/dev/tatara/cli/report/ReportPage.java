package dev.tatara.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** Lays out the report: a pure function of its content. */
public final class ReportPage {
  private static final List<Section> SECTIONS =
      List.of(
          new HeaderSection(),
          new TalkSection(),
          new EvaluationSection(),
          new GateSection(),
          new CurveSection(),
          new AccountSection(),
          new FertilitySection(),
          new MixtureSection(),
          new StageSection(),
          new PlanSection(),
          new InterventionSection(),
          new LedgerSection(),
          new LineageSection());

  private ReportPage() {}

  /** The page as one self-contained HTML file. */
  public static String of(ReportContent content) {
    Html page = new Html();
    page.open("html", "lang", "en").open("head");
    page.empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.leaf("title", content.result().run() + " – Tatara");
    page.style(resource("report.css"));
    page.close().open("body").open("main");
    SECTIONS.forEach(section -> section.write(content, page));
    page.close().close().close();
    return page.page();
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
