package dev.tatara.cli.report;

/** One part of the page. */
interface Section {
  /** Writes itself, or nothing where the run has nothing to show. */
  void write(ReportContent content, Html page);
}
