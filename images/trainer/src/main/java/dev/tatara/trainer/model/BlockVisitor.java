package dev.tatara.trainer.model;

/**
 * Told when a unit of the model is about to be computed and when it is done with, forward and
 * backward: whoever holds parameters elsewhere brings them before, and takes them away after.
 *
 * <p>Units in forward order: 0 the token embedding, 1 … L the blocks, L+1 final norm and output
 * projection (with tied embeddings its matrix is that of unit 0, and only unit L+1 is told). What
 * is computed again for activation checkpointing lies within the unit's way back. Between {@code
 * enter} and {@code leave} of a way back the unit's gradients grow.
 */
public interface BlockVisitor {
  /** Nothing to do: all parameters are at hand all the time. */
  BlockVisitor NONE =
      new BlockVisitor() {
        @Override
        public void enter(int unit, boolean backward) {
          // At hand.
        }

        @Override
        public void leave(int unit, boolean backward) {
          // Stays at hand.
        }
      };

  /** The unit's parameters are needed now. */
  void enter(int unit, boolean backward);

  /** The unit's parameters are needed no longer; after a way back its gradients are whole. */
  void leave(int unit, boolean backward);
}
