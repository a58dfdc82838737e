package dev.tatara.base.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectStoreTest {
  @TempDir private static Path directory;
  private static StoreForTests server;
  private static ObjectStore store;

  @BeforeAll
  static void start() {
    server = new StoreForTests(directory);
    store = server.store();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsWhatItWrote() {
    store.write("read/a", bytes("first"));
    store.write("read/a", bytes("second"));
    store.write("read/empty", new byte[0]);

    assertThat(store.read("read/a")).isEqualTo(bytes("second"));
    assertThat(store.read("read/empty")).isEmpty();
    assertThat(store.size("read/a")).contains(6L);
    assertThat(store.readIfPresent("read/none")).isEmpty();
    assertThat(store.size("read/none")).isEmpty();
  }

  @Test
  void writesFilesOfSeveralMegabytes() throws IOException {
    byte[] large = new byte[12 << 20];
    new Random(1).nextBytes(large);
    Path file = Files.write(directory.resolveSibling(directory.getFileName() + ".bin"), large);

    store.write("large", file);

    assertThat(store.read("large")).isEqualTo(large);
    assertThat(store.readRange("large", 11_000_001, 1000))
        .isEqualTo(Arrays.copyOfRange(large, 11_000_001, 11_001_001));
    Files.delete(file);
  }

  @Test
  void readsPartsOfObjects() {
    store.write("range", bytes("0123456789"));

    assertThat(store.readRange("range", 3, 4)).isEqualTo(bytes("3456"));
    assertThat(store.readRange("range", 9, 1)).isEqualTo(bytes("9"));
    assertThat(store.readRange("range", 4, 0)).isEmpty();
    assertThatThrownBy(() -> store.readRange("range", 8, 4)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store.readRange("no range", 0, 4))
        .isInstanceOf(MissingObjectException.class);
  }

  @Test
  void missingObjectsAreNamed() {
    assertThatThrownBy(() -> store.read("nowhere/x"))
        .isInstanceOf(MissingObjectException.class)
        .hasMessageContaining("s3://tatara/nowhere/x");
  }

  @Test
  void listsByPrefixInOrder() {
    for (String key : List.of("list/b/2", "list/a", "list/b/10", "listless")) {
      store.write(key, bytes(key));
    }

    assertThat(store.list("list/")).containsExactly("list/a", "list/b/10", "list/b/2");
    assertThat(store.list("list/b/1")).containsExactly("list/b/10");
    assertThat(store.list("no such prefix/")).isEmpty();
  }

  @Test
  void listsMoreThanOnePage() {
    IntStream.range(0, 1005)
        .parallel()
        .forEach(i -> store.write("pages/%04d".formatted(i), new byte[0]));

    assertThat(store.list("pages/")).hasSize(1005).isSorted();
    store.deleteAll("pages/");
    assertThat(store.list("pages/")).isEmpty();
  }

  @Test
  void deletesAndDoesNotMindIfThereIsNothing() {
    store.write("delete/a", bytes("x"));

    store.delete("delete/a");
    store.delete("delete/a");

    assertThat(store.readIfPresent("delete/a")).isEmpty();
  }

  @Test
  void writesIfAbsentAndLeavesWhatIsThere() {
    assertThat(store.writeIfAbsent("once", bytes("first"))).isTrue();
    assertThat(store.writeIfAbsent("once", bytes("second"))).isFalse();

    assertThat(store.read("once")).isEqualTo(bytes("first"));
  }

  @Test
  void ofManyWritersAtOnceOnlyOneIsFirst() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 20; round++) {
        String key = "race/" + round;
        List<Future<Boolean>> attempts = new ArrayList<>();
        for (int writer = 0; writer < 8; writer++) {
          byte[] mine = bytes("writer " + writer);
          attempts.add(writers.submit(() -> store.writeIfAbsent(key, mine)));
        }
        int firsts = 0;
        for (Future<Boolean> attempt : attempts) {
          firsts += attempt.get() ? 1 : 0;
        }
        assertThat(firsts).as(key).isEqualTo(1);
      }
    } finally {
      writers.shutdown();
    }
  }

  @Test
  void keysAreRelativeToThePrefix() {
    ObjectStore below = server.connect("team/");
    below.write("k", bytes("v"));

    assertThat(store.read("team/k")).isEqualTo(bytes("v"));
    assertThat(below.list("")).containsExactly("k");
    assertThat(below.key(below.uri("k"))).isEqualTo("k");
    assertThatThrownBy(() -> below.key("s3://tatara/other/k"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("lies outside the store s3://tatara/team/");
  }

  @Test
  void aStoreThatWentAwayIsWorthAnotherTry(@TempDir Path other) {
    StoreForTests stopped = new StoreForTests(other);
    stopped.store().write("a", bytes("x"));
    stopped.close();

    assertThatThrownBy(() -> stopped.store().read("a"))
        .isInstanceOf(StoreException.class)
        .isNotInstanceOf(MissingObjectException.class)
        .hasMessageContaining("Cannot read s3://tatara/a");
    assertThatThrownBy(() -> stopped.store().list("")).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> stopped.store().writeIfAbsent("b", bytes("x")))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void saysWhichStoreDoesNotAnswer() {
    StoreSettings wrongSecret = server.settings("not the secret", "");
    StoreSettings nobody =
        new StoreSettings("http://127.0.0.1:1", "us-east-1", "a", "s", "tatara", "");

    assertThatThrownBy(() -> ObjectStore.connect(wrongSecret))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("AWS_SECRET_ACCESS_KEY");
    assertThatThrownBy(() -> ObjectStore.connect(nobody))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("http://127.0.0.1:1 does not answer");
  }
}
