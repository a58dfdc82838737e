package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * What the run may use before it stops and waits for somebody to decide. It saves its state first,
 * and goes on from there when the budget is raised.
 *
 * @param rankHours hours that ranks are held, summed over ranks: two ranks for three hours are six
 */
public record BudgetConfig(@Range(above = 0, max = 1e9) Double rankHours) {}
