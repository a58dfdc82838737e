package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of the tokens that were seen, so that the next token costs one token's work.
 * Belongs to one sequence; close it to free its memory.
 */
public final class KeyValueCache implements AutoCloseable {
  private final NDManager manager;
  private final List<NDArray> keys = new ArrayList<>();
  private final List<NDArray> values = new ArrayList<>();

  KeyValueCache(NDManager parent) {
    this.manager = parent.newSubManager();
  }

  /** Tokens seen. */
  int length() {
    return keys.isEmpty() ? 0 : (int) keys.get(0).getShape().get(2);
  }

  /** All keys of a layer, the new ones included. Shapes: B sequences, K heads, S tokens, D size. */
  NDArray keys(int layer, NDArray newBKTD) {
    return extended(keys, layer, newBKTD);
  }

  /** All values of a layer, the new ones included. */
  NDArray values(int layer, NDArray newBKTD) {
    return extended(values, layer, newBKTD);
  }

  private NDArray extended(List<NDArray> all, int layer, NDArray addition) {
    NDArray whole;
    if (layer == all.size()) {
      whole = addition.duplicate();
      all.add(whole);
    } else {
      NDArray before = all.get(layer);
      whole = before.concat(addition, 2);
      before.close();
      all.set(layer, whole);
    }
    whole.attach(manager);
    return whole;
  }

  @Override
  public void close() {
    manager.close();
  }
}
