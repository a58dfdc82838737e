package dev.tatara.trainer.model;

import org.bytedeco.pytorch.Tensor;

/**
 * What is to be learned from one forward pass.
 *
 * @param <T> what comes of it besides the gradient
 */
@FunctionalInterface
public interface Learning<T> {
  /**
   * Where to go from here.
   *
   * @param gradient of the loss for the hidden states, [B, T, C]
   */
  record Direction<T>(Tensor gradient, T result) {}

  /**
   * Computes a loss from the hidden states, and adds its gradient for the output projection.
   *
   * @param hidden what the output projection sees, [B, T, C]; without graph
   */
  Direction<T> from(Tensor hidden);
}
