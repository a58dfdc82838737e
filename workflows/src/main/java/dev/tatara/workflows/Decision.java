package dev.tatara.workflows;

/**
 * What somebody has decided about a model that waits for approval.
 *
 * @param actor who decides
 * @param reason why, for the run's report
 */
public record Decision(String actor, String reason) {}
