package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;

/**
 * How often what may fail. A user's error is final at once; who is asked to go has not failed.
 *
 * @param infrastructure failures of ranks, pods and nodes in a row, without a new step in between,
 *     before the work is given up
 * @param hang the same for hangs, each of which costs minutes
 * @param node failures of either kind on one node, in the whole run, before gangs avoid that node
 */
public record FailureBudgets(int infrastructure, int hang, int node) {
  public static final FailureBudgets DEFAULT = new FailureBudgets(5, 3, 2);

  /** Failures of this class in a row that are one too many. */
  int of(FailureClass why) {
    return switch (why) {
      case HANG -> hang;
      case INFRASTRUCTURE -> infrastructure;
      case USER, DATA, DIVERGENCE, ORCHESTRATOR -> 1;
      case PREEMPTED -> Integer.MAX_VALUE;
    };
  }
}
