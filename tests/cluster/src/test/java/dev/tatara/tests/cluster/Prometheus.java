package dev.tatara.tests.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A real Prometheus that scrapes the cluster by the configuration of the examples. */
record Prometheus(Cluster cluster) {

  /** Values of this label in the series that an expression of PromQL gives now. */
  List<String> labels(String expression, String label) {
    List<String> values = new ArrayList<>();
    for (JsonNode series : query(expression)) {
      values.add(series.path("metric").path(label).asText());
    }
    return values;
  }

  private JsonNode query(String expression) {
    URI uri =
        URI.create(
            "%s/api/v1/query?query=%s"
                .formatted(
                    cluster.value("PROMETHEUS"),
                    URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    try {
      String answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
              .body();
      return new ObjectMapper().readTree(answer).at("/data/result");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
