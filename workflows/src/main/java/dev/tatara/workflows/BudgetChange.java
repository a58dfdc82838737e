package dev.tatara.workflows;

import dev.tatara.config.run.BudgetConfig;

/**
 * A new budget for a run that is going on.
 *
 * @param budget for the whole run, what is used already included
 * @param actor who changes it
 * @param reason why, for the run's report
 */
public record BudgetChange(BudgetConfig budget, String actor, String reason) {}
