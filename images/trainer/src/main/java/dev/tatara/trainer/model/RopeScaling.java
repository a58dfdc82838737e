package dev.tatara.trainer.model;

/**
 * Llama 3's stretching of the rotary frequencies ({@code rope_type: llama3} in Hugging Face's
 * {@code modeling_rope_utils}).
 *
 * @param factor by which low frequencies are slowed
 * @param originalMaxPositions context length before stretching
 */
public record RopeScaling(
    double factor,
    double lowFrequencyFactor,
    double highFrequencyFactor,
    int originalMaxPositions) {

  /** The stretched form of one frequency, in radians per position. */
  double stretch(double frequency) {
    double wavelength = 2 * Math.PI / frequency;
    double longest = originalMaxPositions / lowFrequencyFactor;
    double shortest = originalMaxPositions / highFrequencyFactor;
    if (wavelength < shortest) {
      return frequency;
    }
    if (wavelength > longest) {
      return frequency / factor;
    }
    double smooth =
        (originalMaxPositions / wavelength - lowFrequencyFactor)
            / (highFrequencyFactor - lowFrequencyFactor);
    return (1 - smooth) * frequency / factor + smooth * frequency;
  }
}
