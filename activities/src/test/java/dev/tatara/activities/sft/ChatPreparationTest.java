package dev.tatara.activities.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.data.MemorySources;
import dev.tatara.activities.data.PreparationStore;
import dev.tatara.activities.data.Prepared;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.token.ChatRow;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.SftConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatPreparationTest {
  @TempDir private static Path directory;
  private static PreparationStore store;

  @BeforeAll
  static void start() {
    store = new PreparationStore(directory);
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  private static PipelineSpec spec(String format, String more) {
    String json =
        """
        {"seed": 1, "sft": {"heldOut": 0, "maxTokens": 512,
          "data": [{"name": "chats", "uri": "x", "format": "%s", "license": "MIT"}] %s}}
        """;
    return Json.read(
        json.formatted(format, more).getBytes(StandardCharsets.UTF_8), PipelineSpec.class);
  }

  private static ChatRows rows(String format, String file) {
    return rows(spec(format, ""), file);
  }

  private static ChatRows rows(PipelineSpec spec, String file) {
    SftConfig sft = Objects.requireNonNull(spec.sft());
    return ChatPreparation.rows(
        sft, spec.seed(), new MemorySources().with("x", file), PreparationStore.tokenizer());
  }

  private static String text(ChatRow row) {
    return PreparationStore.tokenizer()
        .decode(row.ids().stream().mapToInt(Integer::intValue).toArray());
  }

  private static String chats(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"instruction\":\"say %d\",\"output\":\"%d\"}".formatted(i, i))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void readsAllShapesOfChats() {
    String expected = "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n";

    assertThat(
            rows(
                    "messages",
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"Q\"},{\"role\":\"assistant\",\"content\":\"A\"}]}")
                .train())
        .map(ChatPreparationTest::text)
        .containsExactly(expected);
    assertThat(
            rows(
                    "utterances",
                    "{\"utterances\":[{\"name\":\"user\",\"text\":\"Q\"},{\"name\":\"agent\",\"text\":\"A\"}]}")
                .train())
        .map(ChatPreparationTest::text)
        .containsExactly(expected);
    assertThat(
            rows("alpaca", "[{\"instruction\":\"Q\",\"input\":\"more\",\"output\":\"A\"}]").train())
        .map(ChatPreparationTest::text)
        .containsExactly(expected.replace("Q", "Q\n\nmore"));
    assertThat(
            rows(
                    "seed-tasks",
                    "{\"instruction\":\"Q\",\"instances\":[{\"input\":\"\",\"output\":\"A\"}]}")
                .train())
        .map(ChatPreparationTest::text)
        .containsExactly(expected);
  }

  @Test
  void everyRecordIsARowOrHasAReason() {
    PipelineSpec spec = spec("messages", ", \"maxTokens\": 24");
    ChatRows rows =
        rows(
            spec,
            """
            {"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}
            {"messages":[{"role":"user","content":"Q"}]}
            {"messages":[{"role":"user"},{"role":"assistant","content":"A"}]}
            {"messages":[{"role":"tool","content":"Q"},{"role":"assistant","content":"A"}]}
            {"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":" "}]}
            {"messages":[{"role":"user","content":"longer than the cut"},{"role":"assistant","content":"A"}]}
            {"messages":
            """);

    Account.Row account = Objects.requireNonNull(rows.account().sources().get("chats"));
    assertThat(account.in()).isEqualTo(7);
    assertThat(account.kept()).isEqualTo(1);
    assertThat(account.dropped())
        .containsEntry("missing-field", 2L)
        .containsEntry("unknown-role", 1L)
        .containsEntry("empty-answer", 1L)
        .containsEntry("nothing-to-learn", 1L)
        .containsEntry("malformed", 1L);
    rows.account().balanced("sft");
    assertThat(rows.train()).hasSize(1);
    assertThat(rows.train().get(0).ids()).hasSizeLessThanOrEqualTo(24);
  }

  @Test
  void takesTheFirstRowsUpToTheLimit() {
    PipelineSpec spec =
        Json.read(
            """
            {"seed": 1, "sft": {"heldOut": 0, "data": [{"name": "chats", "uri": "x",
              "format": "alpaca", "license": "MIT", "limit": 3}]}}
            """
                .getBytes(StandardCharsets.UTF_8),
            PipelineSpec.class);

    assertThat(rows(spec, chats(9)).train())
        .hasSize(3)
        .first()
        .satisfies(row -> assertThat(text(row)).contains("say 0"));
  }

  @Test
  void holdsOutByTextAndNeverTrainsOnIt() {
    ChatRows rows = rows(spec("alpaca", ", \"heldOut\": 0.2"), chats(300) + "\n" + chats(300));

    assertThat(rows.heldOut()).hasSizeBetween(60, 180);
    assertThat(rows.train()).hasSize(600 - rows.heldOut().size());
    assertThat(rows.train()).doesNotContainAnyElementsOf(rows.heldOut());
    assertThat(rows(spec("alpaca", ", \"heldOut\": 0.000001"), chats(20)).heldOut()).hasSize(1);
  }

  @Test
  void preparesOnceAndFindsItAgain() {
    MemorySources sources = new MemorySources().with("x", chats(50));
    PipelineSpec spec = spec("alpaca", ", \"heldOut\": 0.2");

    Prepared first = ChatPreparation.prepare(store.artifacts(), sources, spec, store.tokens());
    Prepared second = ChatPreparation.prepare(store.artifacts(), sources, spec, store.tokens());
    Prepared other =
        ChatPreparation.prepare(
            store.artifacts(), sources.with("x", chats(51)), spec, store.tokens());

    assertThat(first.reused()).isFalse();
    assertThat(second)
        .isEqualTo(new Prepared(first.ref(), first.rows(), first.heldOutRows(), true));
    assertThat(other.reused()).isFalse();
    assertThat(other.ref()).isNotEqualTo(first.ref());
    Manifest manifest = store.artifacts().manifest(first.ref());
    assertThat(first.rows() + first.heldOutRows()).isEqualTo(50);
    assertThat(
            DocumentShard.read(
                store.artifacts().read(first.ref(), ChatPreparation.TRAIN), ChatRow.class))
        .hasSize((int) first.rows());
    assertThat(manifest.counts()).containsKeys("rows", "heldout_rows", "target_tokens");
  }

  @Test
  void saysWhyNoChatIsLeft() {
    assertThatThrownBy(() -> rows("messages", chats(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2 records were read")
        .hasMessageContaining("{missing-field=2}")
        .hasMessageContaining("Check the format");
  }

  @Test
  void readsTheShippedChats() throws IOException {
    Path home = Path.of(Objects.requireNonNull(System.getProperty("tatara.home")));
    for (List<String> file :
        List.of(
            List.of("alpaca_en_demo.json", "alpaca", "999"),
            List.of("instruction_ja.jsonl", "utterances", "669"),
            List.of("seed_tasks.jsonl", "seed-tasks", "175"))) {
      String text = Files.readString(home.resolve("config/corpus/sft").resolve(file.get(0)));

      Account.Row total =
          rows(spec(file.get(1), ", \"maxTokens\": 100000"), text).account().total();

      assertThat(total.in()).isEqualTo(Long.parseLong(file.get(2)));
      assertThat(total.kept()).as(total.toString()).isGreaterThan(total.in() * 95 / 100);
    }
  }
}
