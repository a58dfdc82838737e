package dev.tatara.cli.report;

import dev.tatara.config.task.GateVerdict;

/** How to talk to the model, and what it said when it was tried. */
final class TalkSection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    if (content.modelDirectory() == null) {
      return;
    }
    page.open("section").leaf("h2", "Talk to the model");
    page.leaf("pre", command(content), "class", "command");
    page.open("p", "class", "note");
    page.text("The folder is in Hugging Face layout: ").leaf("code", content.modelDirectory());
    page.close();
    for (ReportContent.Sample sample : content.samples()) {
      page.open("figure", "class", "sample");
      page.leaf("figcaption", sample.prompt());
      page.leaf("blockquote", sample.text());
      page.close();
    }
    page.close();
  }

  private static String command(ReportContent content) {
    GateVerdict verdict = content.result().verdict();
    boolean chats = verdict != null && !verdict.kept().equals("base");
    return "%s generate --model %s %s"
        .formatted(
            content.launcher(),
            content.modelDirectory(),
            chats ? "--chat --prompt \"What is a computer?\"" : "--prompt \"The\"");
  }
}
