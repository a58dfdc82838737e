package dev.tatara.workflows;

import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PlanEstimate;
import io.temporal.activity.ActivityInterface;
import java.util.List;

/** What {@code plan} needs from the world. */
@ActivityInterface(namePrefix = "plan.")
public interface PlanActivities {
  /** Checks the document and its sources, and estimates what the run will take. */
  Plan estimate(RunDocument document);

  /**
   * @param ledger failures of earlier attempts at a run of this name
   */
  record Plan(PlanEstimate estimate, List<LedgerEntry> ledger) {
    public Plan {
      ledger = List.copyOf(ledger);
    }
  }
}
