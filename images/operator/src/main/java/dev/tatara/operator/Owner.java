package dev.tatara.operator;

import dev.tatara.workflows.TrainingPipeline;

/**
 * Whose run a workflow is: its memo, written when it is started.
 *
 * @param uid of the resource: one that is made anew under the same name is another
 * @param generation of the spec that it was started with
 * @param specDigest of that spec, see {@link SpecTree#digest}
 */
record Owner(String namespace, String name, String uid, long generation, String specDigest) {
  /** Name of the memo's field. */
  static final String MEMO = TrainingPipeline.OWNER_MEMO;
}
