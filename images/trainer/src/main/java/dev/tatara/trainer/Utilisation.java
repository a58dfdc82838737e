package dev.tatara.trainer;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Llama;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Model FLOP utilisation of a step (PaLM, Chowdhery et al., arXiv 2204.02311, appendix B): what the
 * model needs, recomputation not counted, over what all ranks could do in that time. Known in
 * {@code pretrain} when {@code execution.peakFlops} is given.
 */
final class Utilisation {
  private final @Nullable Double peakFlops;
  private final double flopsPerToken;

  Utilisation(TrainTask task, Llama model) {
    Double peak = task.execution().peakFlops();
    peakFlops = peak == null || task.stage() != Stage.PRETRAIN ? null : peak * task.worldSize();
    HuggingFaceConfig config = model.config();
    flopsPerToken =
        ModelShape.flopsPerToken(
            model.parameters().layout().parameters(),
            config.layers(),
            config.heads() * config.headSize(),
            task.sequenceLength());
  }

  /** The report, with the utilisation if the peak is known. */
  StepReport of(StepReport report) {
    if (peakFlops == null || report.seconds() <= 0) {
      return report;
    }
    TreeMap<String, Double> extra = new TreeMap<>(report.extra());
    extra.put(
        StepReport.UTILISATION, flopsPerToken * report.tokens() / report.seconds() / peakFlops);
    return report.with(extra);
  }
}
