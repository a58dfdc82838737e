package dev.tatara.config.task;

/**
 * What a person decided while a run was going on.
 *
 * @param at when, ISO 8601 in UTC
 * @param what the act, as in {@code approved}
 * @param actor who says to have done it
 * @param reason in that person's words
 */
public record Intervention(String at, String what, String actor, String reason) {}
