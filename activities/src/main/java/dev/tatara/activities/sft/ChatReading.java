package dev.tatara.activities.sft;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.RowSources;
import dev.tatara.base.token.ChatRow;
import dev.tatara.base.tokenizer.ChatMessage;
import dev.tatara.base.tokenizer.ChatTemplate;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.config.run.SftConfig;
import dev.tatara.config.run.SftConfig.ChatSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Turns the records of all chat sources into rows, once. */
final class ChatReading {
  private static final String NOTHING_TO_LEARN = "nothing-to-learn";

  private final SftConfig config;
  private final ChatTemplate template;
  private final HeldOut heldOut;
  private final AccountBook book = new AccountBook();
  private final List<Ranked> rows = new ArrayList<>();

  private record Ranked(String rank, ChatRow row) {}

  ChatReading(SftConfig config, long seed, Tokenizer tokenizer) {
    this.config = config;
    template = new ChatTemplate(tokenizer);
    heldOut = new HeldOut(seed, config.heldOut());
  }

  ChatRows read(RowSources sources) {
    for (int i = 0; i < config.data().size(); i++) {
      ChatSource source = config.data().get(i);
      sources.read(i, book, record -> take(source, record));
    }
    return split();
  }

  private void take(ChatSource source, ObjectNode record) {
    long bytes = AccountBook.bytes(record.toString());
    Chat chat = Chat.of(record, source.format());
    if (chat instanceof Chat.Unusable unusable) {
      book.drop(source.name(), unusable.reason(), bytes);
    } else if (chat instanceof Chat.Usable usable) {
      ChatRow row = cut(template.render(usable.messages()));
      if (row.mask().contains(1)) {
        book.keep(source.name(), bytes, keptBytes(usable.messages()));
        rows.add(new Ranked(heldOut.rank(usable.messages()), row));
      } else {
        book.drop(source.name(), NOTHING_TO_LEARN, bytes);
      }
    }
  }

  private static long keptBytes(List<ChatMessage> messages) {
    return messages.stream().mapToLong(message -> AccountBook.bytes(message.content())).sum();
  }

  private ChatRow cut(ChatRow row) {
    int length = Math.min(row.ids().size(), config.maxTokens());
    return new ChatRow(row.ids().subList(0, length), row.mask().subList(0, length));
  }

  /** If chance held nothing out but was asked to, the chat with the smallest rank is. */
  private ChatRows split() {
    boolean byChance = rows.stream().anyMatch(row -> heldOut.contains(row.rank()));
    String first =
        byChance || rows.size() < 2 || heldOut.fraction() == 0
            ? ""
            : rows.stream().map(Ranked::rank).min(Comparator.naturalOrder()).orElse("");
    List<ChatRow> train = new ArrayList<>();
    List<ChatRow> held = new ArrayList<>();
    for (Ranked each : rows) {
      boolean out = heldOut.contains(each.rank()) || each.rank().equals(first);
      (out ? held : train).add(each.row());
    }
    return new ChatRows(train, held, book.account());
  }
}
