package dev.tatara.activities.collect;

/** How the bytes of a file become documents. */
interface SourceFormat {
  /**
   * Documents above this are dropped as {@code too-large}; decided by their bytes, so that it is
   * the same on every machine.
   */
  int LARGEST_DOCUMENT_BYTES = 16 << 20;

  /**
   * Hands every record of the file to the harvest, as a document or with the reason why not.
   *
   * @throws java.io.UncheckedIOException if the source itself fails; trying again is safe
   */
  void read(SourceBytes bytes, Harvest harvest);
}
