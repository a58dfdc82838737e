package dev.tatara.config.artifact;

/**
 * One object of an artifact.
 *
 * @param name key relative to the artifact's prefix, for example {@code data/00000.jsonl.zst}
 * @param size bytes
 * @param sha256 lower-case hex digest of the bytes
 */
public record ManifestObject(String name, long size, String sha256) {}
