package dev.tatara.trainer;

import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TimeSpent;
import dev.tatara.config.task.TrainTask;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns step reports into metrics and log lines. */
final class StepJournal {
  private static final Logger LOG = LoggerFactory.getLogger(StepJournal.class);
  private static final String[] LABELS = {"run", "stage"};
  private static final Gauge LOSS = gauge("tatara_training_loss", "Mean loss of the newest step");
  private static final Gauge STEP = gauge("tatara_training_step", "Steps done");
  private static final Gauge NORM =
      gauge("tatara_training_gradient_norm", "Gradient norm of the newest step, before clipping");
  private static final Gauge RATE =
      gauge("tatara_training_learning_rate", "Learning rate of the newest step");
  private static final Gauge RESTORED =
      gauge("tatara_training_restored_step", "Step of the checkpoint this process began from");
  private static final Counter TOKENS =
      Counter.build("tatara_training_tokens_total", "Tokens of the global batches of this process")
          .labelNames(LABELS)
          .register();
  private static final Counter SECONDS =
      Counter.build("tatara_training_step_seconds_total", "Time spent in steps")
          .labelNames(LABELS)
          .register();

  private static final Gauge MFU =
      gauge("tatara_training_mfu", "Model FLOP utilisation of the newest step, from 0 to 1");
  private static final Gauge VALIDATION =
      Gauge.build(
              "tatara_training_validation_loss",
              "Newest loss on held-out text, nats per token, by language")
          .labelNames("run", "stage", "language")
          .register();
  private static final Gauge BITS =
      Gauge.build(
              "tatara_training_validation_bits_per_byte",
              "Newest bits per byte of held-out text, by language")
          .labelNames("run", "stage", "language")
          .register();

  private final String run;
  private final String stage;
  private final int steps;

  StepJournal(TrainTask task) {
    this.run = task.run();
    this.stage = task.stage().word();
    this.steps = task.steps();
  }

  private static Gauge gauge(String name, String help) {
    return Gauge.build(name, help).labelNames(LABELS).register();
  }

  void restored(int step) {
    RESTORED.labels(run, stage).set(step);
    STEP.labels(run, stage).set(step);
  }

  void step(StepReport report, double tokensPerSecond) {
    LOSS.labels(run, stage).set(report.loss());
    STEP.labels(run, stage).set(report.step());
    NORM.labels(run, stage).set(report.gradientNorm());
    RATE.labels(run, stage).set(report.learningRate());
    TOKENS.labels(run, stage).inc(report.tokens());
    SECONDS.labels(run, stage).inc(report.seconds());
    report.extra().forEach(this::measured);
    LOG.info(
        "run={} stage={} step={}/{} loss={} gradient_norm={} learning_rate={} tokens/s={}{}",
        run,
        stage,
        report.step(),
        steps,
        "%.4f".formatted(report.loss()),
        "%.3f".formatted(report.gradientNorm()),
        "%.2e".formatted(report.learningRate()),
        "%.0f".formatted(tokensPerSecond),
        extra(report));
  }

  /** The last step is done. */
  void end(TimeSpent time) {
    LOG.info(
        "run={} stage={} training_seconds={} checkpoint_stall_seconds={} ({} %) checkpoints={}",
        run,
        stage,
        "%.1f".formatted(time.trainingSeconds()),
        "%.4f".formatted(time.stallSeconds()),
        "%.3f".formatted(100 * time.stallShare()),
        time.checkpoints());
  }

  private void measured(String name, double value) {
    if (name.equals(StepReport.UTILISATION)) {
      MFU.labels(run, stage).set(value);
    }
    if (name.startsWith(Validation.LOSS)) {
      VALIDATION.labels(run, stage, name.substring(Validation.LOSS.length())).set(value);
    } else if (name.startsWith(Validation.BITS_PER_BYTE)) {
      BITS.labels(run, stage, name.substring(Validation.BITS_PER_BYTE.length())).set(value);
    }
  }

  private static String extra(StepReport report) {
    StringBuilder text = new StringBuilder();
    report.extra().forEach((name, value) -> text.append(" %s=%.4f".formatted(name, value)));
    return text.toString();
  }
}
