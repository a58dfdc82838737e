package dev.tatara.base.token;

import java.util.List;

/**
 * One tokenised preference pair: a line of {@code pairs.jsonl.zst} in the data artifact of {@code
 * dpo}. Prompt plus answer fit the longest sample.
 */
public record PairRow(List<Integer> prompt, List<Integer> chosen, List<Integer> rejected) {}
