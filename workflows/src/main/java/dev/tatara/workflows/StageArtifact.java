package dev.tatara.workflows;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The finished artifact of a stage, and the figures of its manifest that people ask for first.
 *
 * @param reused it was there already, made by an earlier attempt or another run
 */
public record StageArtifact(
    ArtifactRef ref, boolean reused, SortedMap<String, Long> counts, Account account) {
  public StageArtifact {
    counts = new TreeMap<>(counts == null ? Map.of() : counts);
    account = account == null ? Account.EMPTY : account;
  }
}
