package dev.tatara.activities.extract;

/**
 * How large a page may be. Counted, never timed: whether a page is taken must not depend on how
 * busy the machine is.
 *
 * @param bytes of the decoded page
 * @param nodes elements and texts of the parsed page
 * @param depth elements within each other; the parser flattens what lies deeper
 */
public record ExtractionLimits(int bytes, int nodes, int depth) {
  /** The largest page of the shipped manuals has 1.5 MB; a web page beyond 8 MB is no article. */
  public static final ExtractionLimits DEFAULT = new ExtractionLimits(8 << 20, 500_000, 512);
}
