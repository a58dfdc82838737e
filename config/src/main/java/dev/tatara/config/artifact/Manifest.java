package dev.tatara.config.artifact;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The contents of an artifact: written last and only once, so its presence means that all objects
 * are there.
 *
 * @param stage stage that made it
 * @param fingerprint SHA-256 over the stage's configuration, code version and inputs; equal
 *     fingerprints mean equal bytes
 * @param codeVersion version of the stage's code, raised when its output would change
 * @param inputs artifacts that were read, by the name the stage knows them by
 * @param objects every object, sorted by name
 * @param counts totals worth knowing without reading, for example {@code documents}, {@code tokens}
 * @param account documents in, kept and dropped; empty for stages without documents
 */
public record Manifest(
    Stage stage,
    String fingerprint,
    String codeVersion,
    SortedMap<String, ArtifactRef> inputs,
    List<ManifestObject> objects,
    SortedMap<String, Long> counts,
    Account account) {

  public Manifest {
    inputs = new TreeMap<>(inputs == null ? Map.of() : inputs);
    objects = objects == null ? List.of() : List.copyOf(objects);
    counts = new TreeMap<>(counts == null ? Map.of() : counts);
    account = account == null ? Account.EMPTY : account;
  }

  /** Bytes of all objects together. */
  public long totalBytes() {
    return objects.stream().mapToLong(ManifestObject::size).sum();
  }
}
