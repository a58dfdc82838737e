package dev.tatara.activities.temporal;

import dev.tatara.activities.data.Sources;
import dev.tatara.activities.gang.Ledger;
import dev.tatara.activities.model.GivenModel;
import dev.tatara.activities.plan.Planner;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.RunDocument;
import dev.tatara.workflows.PlanActivities;
import java.util.ArrayList;
import java.util.List;

/** The plan as an activity. */
public final class PlanActivitiesImpl implements PlanActivities {
  private final Sources sources;
  private final Ledger ledger;

  public PlanActivitiesImpl(Sources sources, Ledger ledger) {
    this.sources = sources;
    this.ledger = ledger;
  }

  @Override
  public Plan estimate(RunDocument document) {
    return Attempt.at(
        () -> {
          PipelineSpec spec = document.spec();
          long sourceBytes =
              spec.collect().sources().stream()
                  .flatMap(source -> sources.list(source.uri()).stream())
                  .mapToLong(Sources.SourceFile::size)
                  .sum();
          laterSources(spec).forEach(sources::list);
          return new Plan(
              Planner.estimate(
                  spec,
                  GivenModel.checked(spec, sources),
                  sourceBytes,
                  Planner.CPU_FLOPS_PER_SECOND),
              ledger.entries(document.name()));
        });
  }

  /** A file that only a later stage reads: better to miss it now than after an hour. */
  private static List<String> laterSources(PipelineSpec spec) {
    List<String> uris = new ArrayList<>();
    if (spec.sft() != null) {
      spec.sft().data().forEach(source -> uris.add(source.uri()));
    }
    if (spec.dpo() != null) {
      spec.dpo().data().forEach(source -> uris.add(source.uri()));
    }
    spec.evaluate().tasks().forEach(task -> uris.add(task.uri()));
    return uris;
  }
}
