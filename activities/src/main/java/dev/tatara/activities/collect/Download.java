package dev.tatara.activities.collect;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;

/** One file from a web server: redirects checked one by one, retried with back-off, bounded. */
final class Download {
  private static final int NOT_MODIFIED = 304;
  private static final int TOO_MANY_REQUESTS = 429;

  private final AddressPolicy policy;
  private final Limits limits;
  private final HttpClient client;

  /**
   * @param bytes of one file
   * @param redirects in a row
   * @param attempts before giving up
   * @param firstPause before the second attempt; doubles
   * @param timeout for the answer to begin
   */
  record Limits(long bytes, int redirects, int attempts, Duration firstPause, Duration timeout) {
    static final Limits DEFAULT =
        new Limits(64L << 30, 5, 5, Duration.ofSeconds(1), Duration.ofSeconds(60));
  }

  /** The server's fault or the network's: another attempt may do better. */
  private static final class PassingException extends IOException {
    PassingException(String message) {
      super(message);
    }
  }

  Download(AddressPolicy policy, Limits limits) {
    this.policy = policy;
    this.limits = limits;
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.timeout())
            .build();
  }

  /**
   * Makes the file what the server has now; it appears as a whole or not at all.
   *
   * @throws InvalidInputException if the server says that there is no such file, or refuses
   * @throws IOException if it could not be had after all attempts
   */
  void refresh(URI uri, Path file) throws IOException {
    Duration pause = limits.firstPause();
    for (int attempt = 1; ; attempt++) {
      try {
        fetch(uri, file);
        return;
      } catch (IOException e) {
        if (attempt == limits.attempts()) {
          throw new IOException(
              "%s after %d attempts".formatted(e.getMessage(), limits.attempts()), e);
        }
        sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
  }

  private static void sleep(Duration pause) throws InterruptedIOException {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to try again");
    }
  }

  private void fetch(URI start, Path file) throws IOException {
    Path tag = file.resolveSibling(file.getFileName() + ".etag");
    URI uri = start;
    for (int hop = 0; hop <= limits.redirects(); hop++) {
      HttpResponse<InputStream> response = send(uri, file, tag);
      try (InputStream body = response.body()) {
        Optional<URI> next = redirect(uri, response);
        if (next.isEmpty()) {
          if (response.statusCode() != NOT_MODIFIED) {
            expectOk(start, response.statusCode());
            save(start, body, file);
            Files.writeString(tag, response.headers().firstValue("ETag").orElse(""));
          }
          return;
        }
        uri = next.get();
      }
    }
    throw new InvalidInputException(
        "The source %s redirects more than %d times; use the address it leads to"
            .formatted(start, limits.redirects()));
  }

  private HttpResponse<InputStream> send(URI uri, Path file, Path tag) throws IOException {
    policy.check(uri);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(limits.timeout()).header("User-Agent", "tatara");
    String known = Files.exists(file) && Files.exists(tag) ? Files.readString(tag) : "";
    if (!known.isEmpty()) {
      request.header("If-None-Match", known);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while fetching " + uri);
    }
  }

  private static Optional<URI> redirect(URI from, HttpResponse<?> response) {
    return switch (response.statusCode()) {
      case 301, 302, 303, 307, 308 -> response.headers().firstValue("Location").map(from::resolve);
      default -> Optional.empty();
    };
  }

  private static void expectOk(URI uri, int status) throws PassingException {
    if (status == TOO_MANY_REQUESTS || status >= 500) {
      throw new PassingException("the server answers with status " + status);
    }
    if (status != 200) {
      throw new InvalidInputException(
          "The source %s answers with status %d instead of 200; correct the address"
              .formatted(uri, status));
    }
  }

  private void save(URI uri, InputStream body, Path file) throws IOException {
    Path part = Files.createTempFile(file.getParent(), "download", ".part");
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
          total += n;
          if (total > limits.bytes()) {
            throw new InvalidInputException(
                "The source %s has more than %d bytes; split it, or fetch it and use file:"
                    .formatted(uri, limits.bytes()));
          }
          out.write(buffer, 0, n);
        }
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
