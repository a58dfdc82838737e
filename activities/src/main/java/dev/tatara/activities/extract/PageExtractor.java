package dev.tatara.activities.extract;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.jspecify.annotations.Nullable;

/** Takes the main content out of HTML. Equal pages give equal texts on any machine. */
public final class PageExtractor {
  private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}");

  private final ExtractionLimits limits;

  public PageExtractor(ExtractionLimits limits) {
    this.limits = limits;
  }

  /** The page behind the HTML, or why there is none. */
  public Extraction extract(String html) {
    if (html.length() > limits.bytes()) {
      return tooLarge("characters", html.length(), limits.bytes());
    }
    Parser parser = Parser.htmlParser().setMaxDepth(limits.depth());
    Document page = parser.parseInput(html, "");
    int nodes = nodes(page);
    if (nodes > limits.nodes()) {
      return tooLarge("nodes", nodes, limits.nodes());
    }
    BlockWalk walk = new BlockWalk();
    walk.walk(page.body());
    String text = text(MainContent.of(walk));
    if (text.isEmpty()) {
      return new Extraction.Nothing(
          "no-main-content", walk.blocks().size() + " blocks, none worth keeping");
    }
    return new Extraction.Page(title(page), language(page), text);
  }

  private static Extraction tooLarge(String what, int found, int most) {
    return new Extraction.Nothing("too-large", "%d %s, at most %d".formatted(found, what, most));
  }

  private int nodes(Document page) {
    int[] count = {0};
    page.traverse((node, depth) -> count[0]++);
    return count[0];
  }

  private static @Nullable String title(Document page) {
    String title = page.title().strip();
    return title.isEmpty() ? null : title;
  }

  /** The first part of a tag such as {@code pt-BR}. */
  private static @Nullable String language(Document page) {
    Element root = page.selectFirst("html");
    if (root == null) {
      return null;
    }
    String declared = root.hasAttr("lang") ? root.attr("lang") : root.attr("xml:lang");
    String primary = declared.strip().toLowerCase(Locale.ROOT).split("[-_]", 2)[0];
    return LANGUAGE.matcher(primary).matches() ? primary : null;
  }

  private static String text(List<Block> blocks) {
    StringBuilder text = new StringBuilder();
    Block previous = null;
    for (Block block : blocks) {
      if (previous != null) {
        text.append(belongsTo(previous, block) ? "\n" : "\n\n");
      }
      text.append(block.text());
      previous = block;
    }
    return text.toString();
  }

  /** Items of a list and rows of a table follow each other without a blank line. */
  private static boolean belongsTo(Block previous, Block next) {
    return previous.kind() == next.kind()
        && (next.kind() == Block.Kind.ITEM || next.kind() == Block.Kind.ROW);
  }
}
