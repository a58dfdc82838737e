package dev.tatara.activities.extract;

import java.util.ArrayList;
import java.util.List;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;

/**
 * Lays a page out as a sequence of blocks, with the stretch of it that each element covers. Depth
 * is bounded by the parser.
 */
final class BlockWalk {
  private final List<Block> blocks = new ArrayList<>();
  private final List<Span> spans = new ArrayList<>();
  private final Inline inline = new Inline();
  private int links;
  private int articles;
  private int listDepth;
  private String marker = "";
  private Block.Kind kind = Block.Kind.PARAGRAPH;
  private int level;

  /**
   * The blocks of one element: those from {@code from} to before {@code to}.
   *
   * @param around whether the page says that they go around the content
   */
  record Span(int from, int to, boolean around) {}

  List<Block> blocks() {
    return blocks;
  }

  /** Spans of all block elements; inner ones come before outer ones. */
  List<Span> spans() {
    return spans;
  }

  void walk(Element element) {
    if (Tags.isDropped(element)) {
      return;
    }
    boolean block = Tags.isBlock(element);
    boolean around = Tags.isAround(element, articles > 0);
    if (!block && !around) {
      inlineElement(element);
      return;
    }
    flush();
    int from = blocks.size();
    blockElement(element);
    flush();
    if (blocks.size() > from) {
      spans.add(new Span(from, blocks.size(), around));
    }
  }

  private void inlineElement(Element element) {
    if (element.normalName().equals("br")) {
      inline.breakLine();
      return;
    }
    boolean link = element.normalName().equals("a") && element.hasAttr("href");
    links += link ? 1 : 0;
    children(element);
    links -= link ? 1 : 0;
  }

  private void children(Element element) {
    for (Node child = element.firstChild(); child != null; child = child.nextSibling()) {
      if (child instanceof TextNode text) {
        inline.append(text.getWholeText(), links > 0);
      } else if (child instanceof Element inner) {
        walk(inner);
      }
    }
  }

  private void blockElement(Element element) {
    switch (element.normalName()) {
      case "pre", "listing", "xmp" -> code(element);
      case "h1", "h2", "h3", "h4", "h5", "h6" ->
          as(Block.Kind.HEADING, element.normalName().charAt(1) - '0', element);
      case "dt" -> as(Block.Kind.TERM, 0, element);
      case "li" -> item(element);
      case "ul", "ol", "dir" -> list(element);
      case "tr" -> row(element);
      case "article", "main" -> {
        articles++;
        children(element);
        articles--;
      }
      default -> as(Block.Kind.PARAGRAPH, 0, element);
    }
  }

  private void as(Block.Kind inner, int innerLevel, Element element) {
    Block.Kind outer = kind;
    int outerLevel = level;
    kind = inner;
    level = innerLevel;
    children(element);
    flush();
    kind = outer;
    level = outerLevel;
  }

  private void list(Element element) {
    listDepth++;
    children(element);
    listDepth--;
  }

  private void item(Element element) {
    Element list = element.parent();
    boolean ordered = list != null && list.normalName().equals("ol");
    marker = ordered ? (element.elementSiblingIndex() + 1) + ". " : "- ";
    children(element);
    flush();
    marker = "";
  }

  private void row(Element row) {
    if (hasBlocksInCells(row)) {
      children(row);
      return;
    }
    boolean first = true;
    for (Element cell : row.children()) {
      if (!first && !inline.isBlank()) {
        inline.separator(" | ");
      }
      first = false;
      children(cell);
    }
    Block.Kind outer = kind;
    kind = Block.Kind.ROW;
    flush();
    kind = outer;
  }

  private static boolean hasBlocksInCells(Element row) {
    for (Element cell : row.children()) {
      for (Element inner : cell.children()) {
        if (inner.stream().anyMatch(Tags::isBlock)) {
          return true;
        }
      }
    }
    return false;
  }

  private void code(Element element) {
    StringBuilder text = new StringBuilder();
    verbatim(element, text);
    String code = withoutBlankEdges(text.toString());
    int characters = (int) code.chars().filter(c -> !Character.isWhitespace(c)).count();
    if (characters > 0) {
      blocks.add(new Block(Block.Kind.CODE, 0, code, characters, 0));
    }
  }

  private static void verbatim(Element element, StringBuilder text) {
    for (Node child = element.firstChild(); child != null; child = child.nextSibling()) {
      if (child instanceof TextNode piece) {
        text.append(piece.getWholeText());
      } else if (child instanceof Element inner && !Tags.isDropped(inner)) {
        if (inner.normalName().equals("br")) {
          text.append('\n');
        }
        verbatim(inner, text);
      }
    }
  }

  /** Without blank lines at the start and white space at the end; indentation is kept. */
  private static String withoutBlankEdges(String code) {
    String unix = code.replace("\r\n", "\n").replace('\u00A0', ' ');
    int start = 0;
    for (int i = 0; i < unix.length() && Character.isWhitespace(unix.charAt(i)); i++) {
      start = unix.charAt(i) == '\n' ? i + 1 : start;
    }
    return unix.substring(start).stripTrailing();
  }

  private void flush() {
    if (inline.isBlank()) {
      inline.take();
      return;
    }
    int characters = inline.characters();
    int linked = inline.linked();
    String text = inline.take();
    if (!marker.isEmpty() && kind == Block.Kind.PARAGRAPH) {
      int depth = Math.max(0, listDepth - 1);
      String lead = "  ".repeat(depth) + marker;
      blocks.add(new Block(Block.Kind.ITEM, depth, lead + text, characters, linked));
      marker = "";
    } else {
      blocks.add(new Block(kind, level, text, characters, linked));
    }
  }
}
