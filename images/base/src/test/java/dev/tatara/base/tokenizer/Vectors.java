package dev.tatara.base.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The reference values of the tokenizer, as Hugging Face tokenizers 0.22.2 gave them. */
final class Vectors {
  private Vectors() {}

  static Path folder() {
    return folder("e_tokenizer");
  }

  private static Path folder(String name) {
    String root = Objects.requireNonNull(System.getProperty("tatara.vectors"), "tatara.vectors");
    Path folder = Path.of(root, name);
    assertThat(folder).isDirectory();
    return folder;
  }

  /** Every variant that is there; there must be one. */
  static Stream<Path> variants() {
    return variants(folder());
  }

  /** Tokenizers as families of models have them. */
  static Stream<Path> given() {
    return variants(folder("h_given_tokenizers"));
  }

  private static Stream<Path> variants(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> variants = files.filter(Files::isDirectory).sorted().toList();
      assertThat(variants).isNotEmpty();
      return variants.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Tokenizer tokenizer(Path variant) {
    return Tokenizer.read(bytes(variant.resolve("tokenizer.json")));
  }

  static List<JsonNode> lines(Path file) {
    return text(file).lines().map(l -> Json.tree(l.getBytes(StandardCharsets.UTF_8))).toList();
  }

  static String text(Path file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ints(JsonNode array) {
    int[] ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).asInt();
    }
    return ints;
  }
}
