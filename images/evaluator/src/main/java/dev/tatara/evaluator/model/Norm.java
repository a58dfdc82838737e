package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;

/** RMSNorm (Zhang and Sennrich 2019, arXiv:1910.07467) over the last axis. */
record Norm(NDArray weight, float epsilon) {

  NDArray apply(NDArray x) {
    NDArray scale = x.square().mean(new int[] {-1}, true).addi(epsilon).sqrt();
    return x.div(scale).muli(weight);
  }
}
