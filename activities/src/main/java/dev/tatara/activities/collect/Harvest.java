package dev.tatara.activities.collect;

import dev.tatara.activities.data.AccountBook;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.run.CollectConfig.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The documents of one file, kept and dropped, numbered in the order in which they were met. */
final class Harvest {
  private final Source source;
  private final String file;
  private final AccountBook book = new AccountBook();
  private final List<Document> kept = new ArrayList<>();
  private final List<Rejected> dropped = new ArrayList<>();
  private int met;

  /**
   * @param file number of the file within its source
   */
  Harvest(Source source, String file) {
    this.source = source;
    this.file = file;
  }

  /**
   * What a file says about one of its records.
   *
   * @param url null if unknown
   * @param digest SHA-256 of the record's bytes; empty if they could not be read
   * @param bytes of the record
   * @param title null if unknown
   * @param language that the record declares; null if none
   * @param text empty if there is none
   */
  record Draft(
      @Nullable String url,
      String digest,
      long bytes,
      @Nullable String title,
      @Nullable String language,
      String text) {
    /** A record without content. */
    static Draft empty(@Nullable String url, long bytes) {
      return new Draft(url, "", bytes, null, null, "");
    }
  }

  void keep(Draft draft) {
    kept.add(document(draft));
    book.keep(source.name(), draft.bytes(), AccountBook.bytes(draft.text()));
  }

  /**
   * @param reason few words from a fixed set
   * @param detail for people
   */
  void drop(String reason, String detail, Draft draft) {
    dropped.add(new Rejected(reason, detail, document(draft)));
    book.drop(source.name(), reason, draft.bytes());
  }

  private Document document(Draft draft) {
    String id = "%s:%s:%08d".formatted(source.name(), file, met++);
    String language = source.language() == null ? draft.language() : source.language();
    return new Document(
        id,
        source.name(),
        draft.url(),
        source.license(),
        draft.digest(),
        draft.title(),
        language,
        new TreeMap<>(),
        draft.text());
  }

  List<Document> kept() {
    return kept;
  }

  List<Rejected> dropped() {
    return dropped;
  }

  Account account() {
    return book.account();
  }
}
