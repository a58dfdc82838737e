package dev.tatara.activities.tokenize;

import dev.tatara.base.token.TokenIndex;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the encoding of one shard came to, by language. */
record EncodedShard(SortedMap<String, Language> languages) {
  EncodedShard {
    languages = new TreeMap<>(languages);
  }

  /**
   * @param frequencies occurrences by token, without the ends of documents
   */
  record Language(TokenIndex.Part part, long documents, long bytes, long[] frequencies) {}
}
