package dev.tatara.worker;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import dev.tatara.workflows.StageListener;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stages as metrics and as lines in the log. */
final class StageMetrics implements StageListener {
  private static final Logger LOG = LoggerFactory.getLogger(StageMetrics.class);

  private static final Gauge SECONDS =
      Gauge.build("tatara_stage_seconds", "Wall time of the stage when it last ended.")
          .labelNames("run", "stage")
          .register();
  private static final Counter ENDED =
      Counter.build("tatara_stages_ended_total", "Stages that ended, by how.")
          .labelNames("run", "stage", "state")
          .register();
  private static final Counter DOCUMENTS =
      Counter.build("tatara_documents_total", "Documents, kept or dropped by reason.")
          .labelNames("run", "stage", "reason")
          .register();

  @Override
  public void changed(String run, StageOutcome outcome) {
    String stage = outcome.stage().word();
    LOG.info(
        "run={} stage={} state={} note={}", run, stage, outcome.state().word(), outcome.note());
    if (outcome.state() == State.RUNNING || outcome.state() == State.PAUSED) {
      return;
    }
    ENDED.labels(run, stage, outcome.state().word()).inc();
    SECONDS.labels(run, stage).set(outcome.seconds());
    if (outcome.state() == State.DONE) {
      Account.Row total = outcome.account().total();
      DOCUMENTS.labels(run, stage, "kept").inc(total.kept());
      total.dropped().forEach((why, count) -> DOCUMENTS.labels(run, stage, why).inc(count));
    }
  }
}
