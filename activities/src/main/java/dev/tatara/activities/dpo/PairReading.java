package dev.tatara.activities.dpo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.RowSources;
import dev.tatara.base.token.PairRow;
import dev.tatara.base.tokenizer.ChatMessage;
import dev.tatara.base.tokenizer.ChatTemplate;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.config.run.DpoConfig;
import dev.tatara.config.run.DpoConfig.PairSource;
import java.util.ArrayList;
import java.util.List;

/** Turns the records of all sources of pairs into rows, once. */
final class PairReading {
  private final DpoConfig config;
  private final ChatTemplate template;
  private final PairCut cut;
  private final AccountBook book = new AccountBook();
  private final List<PairRow> rows = new ArrayList<>();

  PairReading(DpoConfig config, Tokenizer tokenizer) {
    this.config = config;
    template = new ChatTemplate(tokenizer);
    cut = new PairCut(config.maxTokens());
  }

  PairRows read(RowSources sources) {
    for (int i = 0; i < config.data().size(); i++) {
      PairSource source = config.data().get(i);
      sources.read(i, book, record -> take(source, record));
    }
    return new PairRows(rows, book.account());
  }

  private void take(PairSource source, ObjectNode record) {
    long bytes = AccountBook.bytes(record.toString());
    Pair pair = Pair.of(record, source.format());
    if (pair instanceof Pair.Unusable unusable) {
      book.drop(source.name(), unusable.reason(), bytes);
    } else if (pair instanceof Pair.Usable usable) {
      PairRow row =
          cut.cut(
              template.prompt(usable.prompt()),
              template.answer(usable.chosen()),
              template.answer(usable.rejected()));
      if (row.chosen().equals(row.rejected())) {
        // They differ only beyond the cut.
        book.drop(source.name(), Pair.NO_PREFERENCE, bytes);
      } else {
        book.keep(source.name(), bytes, keptBytes(usable));
        rows.add(row);
      }
    }
  }

  private static long keptBytes(Pair.Usable pair) {
    long prompt = 0;
    for (ChatMessage message : pair.prompt()) {
      prompt += AccountBook.bytes(message.content());
    }
    return prompt + AccountBook.bytes(pair.chosen()) + AccountBook.bytes(pair.rejected());
  }
}
