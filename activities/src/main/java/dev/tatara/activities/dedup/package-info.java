/**
 * The stage {@code dedup}: drops documents that say the same as another one.
 *
 * <p>Three phases. {@code signatures} notes for each document a digest of its text and a MinHash
 * signature; {@code cluster} looks at all signatures at once, finds the duplicates and decides
 * which document of each cluster stays; {@code filter} writes kept and dropped documents. Entry
 * point: {@link dev.tatara.activities.dedup.DedupStage}.
 *
 * <p>Why like this: candidates that share a band are verified on their signatures (plain banding
 * drops about one pair in eleven too many at 14×8), and every dropped document is similar to the
 * very document that its reject line names, never only through a chain of others.
 */
@NullMarked
package dev.tatara.activities.dedup;

import org.jspecify.annotations.NullMarked;
