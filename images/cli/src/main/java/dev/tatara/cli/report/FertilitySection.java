package dev.tatara.cli.report;

import dev.tatara.base.token.TokenIndex;
import dev.tatara.cli.figures.Figures;

/** How well the tokenizer fits each language: bytes that one token stands for. */
final class FertilitySection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    TokenIndex tokens = content.tokens();
    if (tokens == null) {
      return;
    }
    page.open("section").leaf("h2", "Tokenizer");
    page.open("p").text("Byte-level BPE with ").text(Figures.count(tokens.vocabularySize()));
    page.text(" tokens. The more bytes a token stands for, the shorter the text of that language.");
    page.close();
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "language");
    for (String head :
        new String[] {
          "bytes per token", "held-out", "training tokens", "documents", "text", "held-out text"
        }) {
      page.leaf("th", head, "class", "n");
    }
    page.close().close().open("tbody");
    tokens.languages().forEach((name, language) -> row(name, language, page));
    page.close().close().close().close();
  }

  private static void row(String name, TokenIndex.Language language, Html page) {
    page.open("tr").leaf("th", name);
    cell(page, ratio(language.bytes(), language.tokens()));
    cell(page, ratio(language.validationBytes(), language.validationTokens()));
    cell(page, Figures.count(language.tokens()));
    cell(page, Figures.count(language.documents()));
    cell(page, Figures.bytes(language.bytes()));
    cell(page, Figures.bytes(language.validationBytes()));
    page.close();
  }

  private static void cell(Html page, String text) {
    page.leaf("td", text, "class", "n");
  }

  private static String ratio(long bytes, long tokens) {
    return tokens == 0 ? "–" : Figures.decimal((double) bytes / tokens, 2);
  }
}
