package dev.tatara.bench;

import java.util.List;

/**
 * What one process measured over its timed steps.
 *
 * @param tokens of the global batches, all ranks together
 * @param cpuSeconds of this process, user and system, all threads
 * @param wallSeconds from the first timed step to the last
 * @param peakMegabytes highest resident memory since the start
 * @param loss of the last step
 * @param validation loss on held-out windows; 0 if none was asked for
 */
record Measurement(
    long tokens,
    double cpuSeconds,
    double wallSeconds,
    double peakMegabytes,
    double loss,
    double validation) {

  double tokensPerCpuSecond() {
    return tokens / cpuSeconds;
  }

  double tokensPerSecond() {
    return tokens / wallSeconds;
  }

  /** On held-out windows if there are some, of the last step otherwise. */
  double endLoss() {
    return validation > 0 ? validation : loss;
  }

  /** What all ranks of one run measured. */
  static Measurement together(List<Measurement> ranks) {
    Measurement first = ranks.get(0);
    return new Measurement(
        first.tokens,
        ranks.stream().mapToDouble(Measurement::cpuSeconds).sum(),
        ranks.stream().mapToDouble(Measurement::wallSeconds).max().orElse(0),
        ranks.stream().mapToDouble(Measurement::peakMegabytes).max().orElse(0),
        first.loss,
        first.validation);
  }
}
