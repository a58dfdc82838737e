package dev.tatara.config.artifact;

/**
 * Points to a finished artifact. Handed out only after the manifest is written, so whoever holds a
 * ref may read.
 *
 * @param uri prefix of the artifact's objects, for example {@code s3://tatara/clean/3f2a…}; no
 *     trailing slash
 * @param digest SHA-256 of the manifest's bytes, lower-case hex; it covers every object
 */
public record ArtifactRef(String uri, String digest) {}
