package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Cosines and sines that rotate queries and keys by their positions (RoPE, Su et al. 2021,
 * arXiv:2104.09864), in the half-split layout of Hugging Face: dimension i is paired with i + D/2.
 *
 * <p>Shapes: B sequences, H heads, T tokens, D head size.
 *
 * @param cosB1TD first axis 1 if all sequences have the same positions
 */
record Rotation(NDArray cosB1TD, NDArray sinB1TD) {

  /** Rotations by {@code positions[row][token]}; one row serves all sequences. */
  static Rotation of(int[][] positions, ModelConfig config, NDManager manager) {
    int half = config.headSize() / 2;
    float[] frequencies = frequencies(config);
    int tokens = positions[0].length;
    float[] cos = new float[positions.length * tokens * half * 2];
    float[] sin = new float[cos.length];
    int at = 0;
    for (int[] row : positions) {
      for (int position : row) {
        for (int i = 0; i < half; i++) {
          // In float32, as the reference does: the angle's rounding is part of the model.
          float angle = position * frequencies[i];
          cos[at + i] = cos[at + half + i] = (float) Math.cos(angle);
          sin[at + i] = sin[at + half + i] = (float) Math.sin(angle);
        }
        at += 2 * half;
      }
    }
    Shape shape = new Shape(positions.length, 1, tokens, config.headSize());
    return new Rotation(manager.create(cos, shape), manager.create(sin, shape));
  }

  private static float[] frequencies(ModelConfig config) {
    float[] frequencies = new float[config.headSize() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double frequency = 1.0 / Math.pow(config.ropeTheta(), 2.0 * i / config.headSize());
      RopeScaling scaling = config.ropeScaling();
      frequencies[i] = (float) (scaling == null ? frequency : scaling.scaled(frequency));
    }
    return frequencies;
  }

  NDArray apply(NDArray xBHTD) {
    long half = xBHTD.getShape().get(3) / 2;
    NDArray first = xBHTD.get("..., :" + half);
    NDArray second = xBHTD.get("..., " + half + ":");
    NDArray turned = second.neg().concat(first, -1);
    return xBHTD.mul(cosB1TD).addi(turned.muli(sinB1TD));
  }
}
