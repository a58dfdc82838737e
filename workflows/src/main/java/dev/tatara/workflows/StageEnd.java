package dev.tatara.workflows;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a stage ended well. */
record StageEnd(
    boolean reused,
    @Nullable ArtifactRef artifact,
    SortedMap<String, Long> counts,
    Account account,
    String note) {
  static StageEnd of(StageArtifact artifact, String note) {
    return new StageEnd(
        artifact.reused(), artifact.ref(), artifact.counts(), artifact.account(), note);
  }

  static StageEnd of(StageArtifact artifact) {
    return of(artifact, artifact.reused() ? "made before from the same input" : "");
  }

  static StageEnd noted(String note) {
    return new StageEnd(false, null, new TreeMap<>(), Account.EMPTY, note);
  }

  StageEnd withAccount(Account newAccount) {
    return new StageEnd(reused, artifact, counts, newAccount, note);
  }
}
