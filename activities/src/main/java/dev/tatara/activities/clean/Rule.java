package dev.tatara.activities.clean;

/** Decides about one document. Rules are pure; counting and writing is done around them. */
@FunctionalInterface
interface Rule {
  Verdict judge(Reading reading);
}
