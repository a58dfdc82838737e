package dev.tatara.config.task;

import dev.tatara.config.artifact.ArtifactRef;

/**
 * Asks the trainer for the logits of a finished model on fixed inputs, so that the evaluator's
 * engine can be compared with it.
 *
 * @param model Hugging Face folder
 * @param inputs token ids, one sequence per row of a JSON array of arrays, as key in the store
 * @param output key of the safetensors file to write: {@code logits_<i>}, float32, [tokens,
 *     vocabulary]
 */
public record ScoreTask(String run, ArtifactRef model, String inputs, String output) {}
