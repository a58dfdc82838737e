package dev.tatara.activities.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tatara.activities.data.Sources.SourceFile;
import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebSourcesTest {
  private static final String CONTENT = "ten bytes!";

  @TempDir Path cache;

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(path);
    boolean known = "v1".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
    int status =
        switch (path) {
          case "/file.txt" -> known ? 304 : 200;
          case "/moved.txt", "/loop.txt" -> 302;
          case "/outside.txt" -> 307;
          case "/busy.txt" -> requests.size() < 3 ? 503 : 200;
          case "/limited.txt" -> requests.size() < 2 ? 429 : 200;
          case "/broken.txt" -> 500;
          default -> 404;
        };
    exchange.getResponseHeaders().add("ETag", "v1");
    exchange
        .getResponseHeaders()
        .add(
            "Location",
            switch (path) {
              case "/loop.txt" -> "/loop.txt";
              case "/outside.txt" -> "http://192.0.2.1/x";
              default -> "/file.txt";
            });
    byte[] body = CONTENT.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, status == 200 ? body.length : -1);
    if (status == 200) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  @Test
  void keepsWhatItFetchedAndAsksOnce() throws IOException {
    WebSources sources = sources(1000);

    SourceFile file = sources.list(uri("/file.txt")).get(0);
    sources.list(uri("/file.txt"));

    assertThat(file.name()).isEqualTo("file.txt");
    assertThat(file.size()).isEqualTo(10);
    try (InputStream in = sources.open(file)) {
      assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo(CONTENT);
    }
    assertThat(requests).containsExactly("/file.txt");
  }

  @Test
  void asksTheServerWhetherTheKeptCopyIsStillItsNewest() {
    SourceFile first = sources(1000).list(uri("/file.txt")).get(0);
    SourceFile second = sources(1000).list(uri("/file.txt")).get(0);

    assertThat(second).isEqualTo(first);
    assertThat(requests).hasSize(2);
  }

  @Test
  void triesAgainWhenTheServerIsBusy() {
    assertThat(sources(1000).list(uri("/busy.txt"))).hasSize(1);
    assertThat(requests).hasSize(3);
    requests.clear();
    assertThat(sources(1000).list(uri("/limited.txt"))).hasSize(1);
    assertThat(requests).hasSize(2);
  }

  @Test
  void givesUpAfterSomeAttempts() {
    assertThatThrownBy(() -> sources(1000).list(uri("/broken.txt")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("status 500 after 3 attempts");
    assertThat(requests).hasSize(3);
  }

  @Test
  void followsSomeRedirectsAndChecksEach() {
    assertThat(sources(1000).list(uri("/moved.txt")).get(0).size()).isEqualTo(10);
    assertThatThrownBy(() -> sources(1000).list(uri("/loop.txt")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("redirects more than 2 times");
    assertThatThrownBy(() -> sources(1000).list(uri("/outside.txt")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not encrypted");
  }

  @Test
  void refusesWhatIsMissingOrTooLarge() {
    assertThatThrownBy(() -> sources(1000).list(uri("/none.txt")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("status 404");
    assertThatThrownBy(() -> sources(9).list(uri("/file.txt")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("more than 9 bytes");
    assertThat(cache.resolve("web"))
        .isDirectoryNotContaining(file -> file.toString().endsWith(".part"));
  }

  private String uri(String path) {
    return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
  }

  private WebSources sources(long bytes) {
    Download.Limits limits =
        new Download.Limits(bytes, 2, 3, Duration.ofMillis(1), Duration.ofSeconds(5));
    return new WebSources(cache, new Download(new AddressPolicy(true), limits));
  }
}
