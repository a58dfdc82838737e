package dev.tatara.trainer.objective;

import dev.tatara.base.token.ChatRow;
import dev.tatara.trainer.model.Learning;
import dev.tatara.trainer.model.Llama;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.bytedeco.javacpp.PointerScope;

/** {@code sft}: the assistant's tokens of a chat are to be predicted, and no others. */
public final class AssistantTokens implements Objective {
  private final LongFunction<ChatRow> chats;
  private final int longest;

  /**
   * @param chats by index of the global order
   * @param longest tokens of a chat that are read; what is beyond is cut
   */
  public AssistantTokens(LongFunction<ChatRow> chats, int longest) {
    this.chats = chats;
    this.longest = longest;
  }

  @Override
  public Sums accumulate(Llama model, long[] indices) {
    List<ChatRow> rows = Arrays.stream(indices).mapToObj(chats).toList();
    int width = rows.stream().mapToInt(row -> Math.min(longest, row.ids().size())).max().orElse(1);
    PaddedBatch batch = new PaddedBatch(rows.size(), width, model.config().padding());
    for (int r = 0; r < rows.size(); r++) {
      ChatRow row = rows.get(r);
      for (int t = 0; t < Math.min(longest, row.ids().size()); t++) {
        batch.set(r, t, row.ids().get(t));
        if (t > 0 && row.mask().get(t) == 1) {
          batch.target(r, t);
        }
      }
    }
    if (batch.targetCount() == 0) {
      return new Sums(0, 0, batch.tokens(), new TreeMap<>());
    }
    try (PointerScope scope = new PointerScope()) {
      double loss =
          batch.train(
              model,
              hidden -> {
                OutputLayer.Slope slope =
                    new OutputLayer(model).backward(hidden, batch.targets(), null);
                return new Learning.Direction<>(slope.gradient(), slope.loss());
              });
      return new Sums(loss, batch.targetCount(), batch.tokens(), new TreeMap<>());
    }
  }

  @Override
  public List<String> extraNames() {
    return List.of();
  }
}
