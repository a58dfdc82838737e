/**
 * The stage {@code decontaminate}: drops documents that contain items of the evaluation tasks, so
 * that a score says something about unseen questions.
 *
 * <p>As in GPT-3 (arXiv 2005.14165, appendix C), a document that shares a run of n words with an
 * item is dropped. Words and their normalisation are those of {@link
 * dev.tatara.activities.data.Words}; for Japanese and Chinese items a word is a character, and n is
 * larger. All items of a file count, also those beyond the task's limit.
 *
 * <p>Two texts are looked for per item: the question alone, and the question followed by its
 * choices. A text of fewer than n words is looked for as a whole if it has at least 8 words (12
 * characters); what is shorter still, such as 「空を飛ぶものは？」, stands in innocent texts too.
 */
@NullMarked
package dev.tatara.activities.decontaminate;

import org.jspecify.annotations.NullMarked;
