package dev.tatara.activities.extract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageExtractorTest {
  private static final String PROSE =
      "The first paragraph has enough words, and some more of them, to count as the main content.";

  private final PageExtractor extractor = new PageExtractor(ExtractionLimits.DEFAULT);

  @Test
  void keepsTheArticleAndDropsWhatSurroundsIt() {
    String text =
        text(
            """
            <html lang=en-GB><head><title> A title </title><script>var x;</script></head><body>
            <nav><a href=/>Home</a> <a href=/x>Shop</a></nav>
            <div class="breadcrumb"><a href=/>Home</a> &gt; <a href=/a>A</a></div>
            <div class=content><h1>Heading</h1><p>%s</p><p>A second one, with a <a href=x>link</a> in it, that goes on.</p></div>
            <div id=cookie-consent><p>We use cookies to make this page better for you and for us.</p></div>
            <aside><p>Some other story that has nothing to do with the one above it at all.</p></aside>
            <div class="comments"><p>First! I did not read it, but I have an opinion about all of this.</p></div>
            <div class="related-posts"><ul><li><a href=1>Another story</a></li></ul></div>
            <footer><p>Copyright by us, all rights reserved everywhere in the whole world.</p></footer>
            </body></html>
            """
                .formatted(PROSE));

    assertThat(text)
        .isEqualTo(
            "Heading\n\n%s\n\nA second one, with a link in it, that goes on.".formatted(PROSE));
  }

  @Test
  void givesTitleAndLanguage() {
    var page =
        (Extraction.Page)
            extractor.extract(
                "<html lang=pt-BR><title> A  title </title><body><p>%s</p>".formatted(PROSE));

    assertThat(page.title()).isEqualTo("A title");
    assertThat(page.language()).isEqualTo("pt");
  }

  @Test
  void keepsTheWhiteSpaceOfCode() {
    assertThat(
            text(
                "<p>%s</p><pre>\n\ndef f(x):\n    <b>return</b> x  # ok\n\n\n    y\n</pre>"
                    .formatted(PROSE)))
        .endsWith("\n\ndef f(x):\n    return x  # ok\n\n\n    y");
  }

  @Test
  void writesListsAndTablesLineByLine() {
    assertThat(
            text(
                """
                <p>%s</p><ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>
                <ol><li>first</li><li><p>second</p></li></ol>
                <table><tr><th>Key</th><th>Meaning</th></tr><tr><td>a</td><td>the first</td></tr></table>
                """
                    .formatted(PROSE)))
        .endsWith("- one\n  - inner\n- two\n1. first\n2. second\n\nKey | Meaning\na | the first");
  }

  @Test
  void joinsJapaneseLinesWithoutASpace() {
    assertThat(
            text(
                """
                <p>この文書は日本語で
                  書かれていて、<code>httpd</code> の
                  設定について説明しています。行の終わりで
                  「空白」を入れてはいけません。<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>。</p>
                """))
        .isEqualTo("この文書は日本語で書かれていて、httpd の設定について説明しています。行の終わりで「空白」を入れてはいけません。漢字。");
  }

  @Test
  void dropsHeadingsWithoutText() {
    assertThat(
            text(
                "<h1>All</h1><h2>Part</h2><p>%s</p><h2>See also</h2><ul><li><a href=x>Elsewhere</a></li></ul>"
                    .formatted(PROSE)))
        .isEqualTo("All\n\nPart\n\n" + PROSE);
  }

  @Test
  void ignoresTheNameOfWhatHoldsTheWholePage() {
    assertThat(
            text(
                "<div class='has-sidebar sidebar'><p>%s</p><p>%s</p></div>"
                    .formatted(PROSE.repeat(5), PROSE)))
        .contains(PROSE);
  }

  @Test
  void findsNothingInPagesOfLinks() {
    Extraction extraction =
        extractor.extract("<ul>" + "<li><a href=x>Some entry</a></li>".repeat(40) + "</ul>");

    assertThat(extraction).isInstanceOf(Extraction.Nothing.class);
    assertThat(((Extraction.Nothing) extraction).reason()).isEqualTo("no-main-content");
  }

  @Test
  void refusesPagesByCountAndNotByTime() {
    PageExtractor small = new PageExtractor(new ExtractionLimits(1000, 20, 512));

    assertThat(small.extract("x".repeat(1001)))
        .isEqualTo(new Extraction.Nothing("too-large", "1001 characters, at most 1000"));
    assertThat(((Extraction.Nothing) small.extract("<p>a".repeat(50))).detail())
        .endsWith("nodes, at most 20");
  }

  @Test
  void survivesDeepNesting() {
    String deep = "<div>".repeat(20_000) + "<p>" + PROSE + "</p>";

    assertThat(text(deep)).isEqualTo(PROSE);
  }

  private String text(String html) {
    Extraction extraction = extractor.extract(html);
    assertThat(extraction).isInstanceOf(Extraction.Page.class);
    return ((Extraction.Page) extraction).text();
  }
}
