/**
 * The model once more: a Hugging Face folder read and run by code that shares nothing with the
 * trainer, so that equal logits prove both.
 */
@NullMarked
package dev.tatara.evaluator.model;

import org.jspecify.annotations.NullMarked;
