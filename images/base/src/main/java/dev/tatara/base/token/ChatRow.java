package dev.tatara.base.token;

import java.util.List;

/**
 * One tokenised chat: a line of {@code train.jsonl.zst} or {@code heldout.jsonl.zst} in the data
 * artifact of {@code sft}.
 *
 * @param ids tokens of the rendered chat
 * @param mask as long as {@code ids}; 1 where the token is to be predicted (the assistant's), else
 *     0
 */
public record ChatRow(List<Integer> ids, List<Integer> mask) {}
