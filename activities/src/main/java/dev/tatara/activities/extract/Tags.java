package dev.tatara.activities.extract;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;

/** What the tags, roles and class names of HTML say about a piece of a page. */
final class Tags {
  /** Never text, or never the page's own. */
  private static final Set<String> DROPPED =
      Set.of(
          "script",
          "style",
          "template",
          "noscript",
          "iframe",
          "object",
          "embed",
          "applet",
          "svg",
          "canvas",
          "audio",
          "video",
          "map",
          "button",
          "select",
          "textarea",
          "input",
          "datalist",
          "nav",
          "dialog",
          "head",
          "frameset",
          "rt",
          "rp",
          "menu");

  private static final Set<String> BLOCKS =
      Set.of(
          "address",
          "article",
          "aside",
          "blockquote",
          "body",
          "caption",
          "center",
          "dd",
          "details",
          "dir",
          "div",
          "dl",
          "dt",
          "fieldset",
          "figcaption",
          "figure",
          "footer",
          "form",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "header",
          "hgroup",
          "hr",
          "html",
          "legend",
          "li",
          "listing",
          "main",
          "ol",
          "p",
          "pre",
          "section",
          "summary",
          "table",
          "tbody",
          "td",
          "tfoot",
          "th",
          "thead",
          "tr",
          "ul",
          "xmp");

  /** Around the content rather than in it, unless most of the page is inside. */
  private static final Set<String> AROUND = Set.of("aside", "footer", "form");

  private static final Set<String> ROLES =
      Set.of(
          "navigation",
          "banner",
          "contentinfo",
          "complementary",
          "search",
          "menu",
          "menubar",
          "toolbar",
          "dialog",
          "alertdialog");

  private static final Set<String> WORDS =
      Set.of(
          "nav",
          "navbar",
          "navigation",
          "navi",
          "navheader",
          "navfooter",
          "menu",
          "submenu",
          "breadcrumb",
          "breadcrumbs",
          "crumbs",
          "sidebar",
          "sphinxsidebar",
          "sidenav",
          "topbar",
          "footer",
          "masthead",
          "cookie",
          "cookies",
          "consent",
          "gdpr",
          "newsletter",
          "subscribe",
          "subscription",
          "social",
          "share",
          "sharing",
          "sharedaddy",
          "sharebar",
          "addthis",
          "comments",
          "commentlist",
          "comment",
          "disqus",
          "respond",
          "related",
          "recommended",
          "recommendations",
          "pagination",
          "pager",
          "paging",
          "ad",
          "ads",
          "advert",
          "advertisement",
          "adsense",
          "sponsored",
          "sponsor",
          "promo",
          "popup",
          "modal",
          "overlay",
          "widget",
          "widgets",
          "login",
          "signup",
          "signin",
          "search",
          "searchform",
          "skip",
          "tags",
          "tagcloud",
          "copyright",
          "headerlink",
          "toplang",
          "bottomlang",
          "quickview",
          "toc",
          "outbrain",
          "taboola",
          "teaser",
          "teasers",
          "blogroll",
          "trackback",
          "trackbacks",
          "noprint",
          "permalink",
          "screenreader",
          "visuallyhidden",
          "imprint",
          "impressum");

  /** Whole ids and classes that mean "around the content" only as a whole. */
  private static final Set<String> NAMES =
      Set.of(
          "page-header", "site-header", "path", "up", "top", "site-info", "sr-only", "post-meta");

  private static final Pattern WORD_END = Pattern.compile("[^a-z0-9]+");
  private static final int LONGEST_NAME = 200;

  private Tags() {}

  static boolean isDropped(Element element) {
    return DROPPED.contains(element.normalName())
        || element.hasAttr("hidden")
        || element.attr("aria-hidden").equals("true")
        || isInvisible(element.attr("style"));
  }

  private static boolean isInvisible(String style) {
    return !style.isEmpty()
        && style.replace(" ", "").toLowerCase(Locale.ROOT).contains("display:none");
  }

  static boolean isBlock(Element element) {
    return BLOCKS.contains(element.normalName());
  }

  /** Whether the page says that this piece goes around the content. */
  static boolean isAround(Element element, boolean inArticle) {
    String tag = element.normalName();
    if (tag.equals("html") || tag.equals("body") || tag.equals("main") || tag.equals("article")) {
      return false;
    }
    return AROUND.contains(tag)
        || (tag.equals("header") && !inArticle)
        || ROLES.contains(element.attr("role"))
        || isNamedAround(element.className())
        || isNamedAround(element.id());
  }

  private static boolean isNamedAround(String names) {
    if (names.isEmpty() || names.length() > LONGEST_NAME) {
      return false;
    }
    String lower = names.toLowerCase(Locale.ROOT);
    for (String name : lower.split(" ", -1)) {
      if (NAMES.contains(name)) {
        return true;
      }
    }
    for (String word : WORD_END.split(lower, -1)) {
      if (WORDS.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
