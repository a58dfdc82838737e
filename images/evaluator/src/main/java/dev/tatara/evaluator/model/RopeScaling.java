package dev.tatara.evaluator.model;

/**
 * Stretches rotary embeddings to longer contexts the way Llama 3.1 does.
 *
 * @param originalPositions context length the model was first trained with
 */
record RopeScaling(
    double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalPositions) {

  /** Formula of {@code _compute_llama3_parameters} in Hugging Face transformers. */
  double scaled(double frequency) {
    double wavelength = 2 * Math.PI / frequency;
    if (wavelength < originalPositions / highFrequencyFactor) {
      return frequency;
    }
    if (wavelength > originalPositions / lowFrequencyFactor) {
      return frequency / factor;
    }
    double smooth =
        (originalPositions / wavelength - lowFrequencyFactor)
            / (highFrequencyFactor - lowFrequencyFactor);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  }
}
