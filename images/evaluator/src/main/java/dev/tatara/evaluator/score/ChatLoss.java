package dev.tatara.evaluator.score;

import dev.tatara.base.token.ChatRow;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code chat_loss}: mean negative log-probability, in nats, of the assistant's tokens of all
 * held-out chats together.
 */
public final class ChatLoss implements Measurement {
  private final List<ChatRow> rows;
  private final List<ScoredSequence> sequences = new ArrayList<>();

  /** Chats longer than the model reads are cut on the right. */
  public ChatLoss(List<ChatRow> all, int maxPositions) {
    this.rows = all.stream().filter(row -> row.ids().size() > 1).toList();
    for (ChatRow row : rows) {
      int length = Math.min(row.ids().size(), maxPositions + 1);
      int[] ids = row.ids().stream().limit(length).mapToInt(Integer::intValue).toArray();
      sequences.add(new ScoredSequence(ids, firstTarget(row, length)));
    }
  }

  private static int firstTarget(ChatRow row, int length) {
    int first = 1;
    while (first < length && row.mask().get(first) != 1) {
      first++;
    }
    return first;
  }

  @Override
  public List<ScoredSequence> sequences() {
    return sequences;
  }

  @Override
  public void report(List<float[]> scores, Results results) {
    double loss = 0;
    long tokens = 0;
    for (int row = 0; row < rows.size(); row++) {
      int from = sequences.get(row).from();
      float[] scored = scores.get(row);
      for (int i = 0; i < scored.length; i++) {
        if (rows.get(row).mask().get(from + i) == 1) {
          loss -= scored[i];
          tokens++;
        }
      }
    }
    results.count("chats", rows.size());
    results.count("tokens.chats", tokens);
    if (tokens > 0) {
      results.metric("chat_loss", loss / tokens);
    }
  }
}
