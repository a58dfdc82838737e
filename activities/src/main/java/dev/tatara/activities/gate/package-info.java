/**
 * The stage {@code gate}: decides which model a run keeps. Pure: evaluations in, verdict out.
 *
 * <p>Each post-trained model is compared with the one it was trained from, and kept only if every
 * link from the base model up to it holds. So a DPO model that is no worse than a rejected SFT
 * model is rejected too: else a second training step would wash the first one clean.
 */
@NullMarked
package dev.tatara.activities.gate;

import org.jspecify.annotations.NullMarked;
