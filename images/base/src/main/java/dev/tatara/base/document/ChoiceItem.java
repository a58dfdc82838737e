package dev.tatara.base.document;

import java.util.List;

/**
 * One multiple-choice question: a line of {@code items/<task>.jsonl.zst} in the items artifact of
 * {@code evaluate}.
 *
 * @param context text before the answer, without trailing space
 * @param delimiter stands between context and answer: a space, or a line end
 * @param choices answers to choose from
 * @param answer index of the right one
 */
public record ChoiceItem(
    String id, String context, String delimiter, List<String> choices, int answer) {}
