package dev.tatara.activities.dpo;

import dev.tatara.base.token.PairRow;
import java.util.List;

/**
 * Fits pairs into the longest sample. The prompt gives way first, from the left, but keeps half of
 * the room; then the answers, from the right.
 */
record PairCut(int maxTokens) {
  PairRow cut(List<Integer> prompt, List<Integer> chosen, List<Integer> rejected) {
    int longest = Math.max(chosen.size(), rejected.size());
    int room = Math.max(maxTokens - longest, maxTokens / 2);
    int kept = Math.min(prompt.size(), room);
    int answer = maxTokens - kept;
    return new PairRow(
        List.copyOf(prompt.subList(prompt.size() - kept, prompt.size())),
        List.copyOf(chosen.subList(0, Math.min(chosen.size(), answer))),
        List.copyOf(rejected.subList(0, Math.min(rejected.size(), answer))));
  }
}
