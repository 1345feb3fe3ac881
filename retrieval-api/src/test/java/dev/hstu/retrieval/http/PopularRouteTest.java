package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static dev.hstu.retrieval.serving.TinyGenerations.interactions;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The popular items over real HTTP, of all and by attribute, against a plain sort.
class PopularRouteTest {

  @TempDir Path folder;
  private RunningService service;
  private ServiceClient client;

  @BeforeEach
  void serve() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "updates.enabled", "true",
                    "updates.refresh-millis", "0",
                    // So short that most filters find the list at hand too short.
                    "retrieval.max-k", "300",
                    "retrieval.max-events", "1",
                    "retrieval.max-excluded-items", "0")));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void exactlyThoseOfAFilterComeInTheirOrder() throws Exception {
    Random random = new Random(4);
    for (int i = 0; i < 60; i++) {
      int genre = random.nextInt(5);
      int from = 1980 + random.nextInt(45);
      int k = 1 + random.nextInt(80);
      String range = "{\"range\":{\"year\":{\"gte\":%d}}}".formatted(from);
      List<String> expected =
          ranked(row -> row % 5 == genre && TinyGenerations.year(row) >= from, k);
      Answer got =
          client.get(
              "/popular?k=%d&attribute=genres&value=g%d&filter=%s"
                  .formatted(k, genre, URLEncoder.encode(range, StandardCharsets.UTF_8)));
      Answer posted =
          client.retrieve(
              "{\"k\":%d,\"filter\":{\"all\":[{\"in\":{\"genres\":[\"g%d\"]}},%s]}}"
                  .formatted(k, genre, range));
      assertThat(got.itemIds()).isEqualTo(expected);
      assertThat(posted.itemIds()).isEqualTo(expected);
      assertThat(got.json().has("shortfall")).isEqualTo(expected.size() < k);
      assertThat(got.json().path("fallback").asText()).isEqualTo("popular");
    }
    assertThat(client.get("/popular").itemIds()).isEqualTo(ranked(_ -> true, 100));
  }

  @Test
  void newItemsComeLastAndChangedOnesKeepTheirPlace() throws Exception {
    String vector = "[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";
    put("new", "4711", "{\"vector\":%s,\"attributes\":{\"genres\":[\"g1\"]}}".formatted(vector));
    put("moved", id(6), "{\"vector\":%s,\"attributes\":{\"genres\":[\"g2\"]}}".formatted(vector));
    client.delete("/items/" + id(11));
    List<String> expected =
        new ArrayList<>(ranked(row -> row % 5 == 1 && row != 6 && row != 11, ITEMS));
    expected.add("4711");
    Eventually.see(
        () -> client.get("/popular?k=300&attribute=genres&value=g1").itemIds(), expected::equals);
    JsonNode answer = client.get("/popular?k=59&attribute=genres&value=g1").json();
    assertThat(answer.path("candidates")).hasSize(59);
    assertThat(answer.has("shortfall")).isFalse();
    assertThat(
            client
                .get("/popular?k=60&attribute=genres&value=g1")
                .json()
                .path("shortfall")
                .path("reason")
                .asText())
        .contains("59 of them pass the filter and 0 of those are seen or excluded");
    assertThat(client.get("/popular?k=300&attribute=genres&value=g2").itemIds())
        .isEqualTo(ranked(row -> row % 5 == 2 || row == 6, ITEMS));
  }

  @Test
  void whatIsNoSuchListIsRefused() throws Exception {
    assertThat(problem("/popular?attribute=genres")).isEqualTo("/errors#missing-field");
    assertThat(problem("/popular?attribute=genre&value=g1")).isEqualTo("/errors#invalid-filter");
    assertThat(problem("/popular?k=0")).isEqualTo("/errors#out-of-range");
    assertThat(problem("/popular?q=5")).isEqualTo("/errors#unknown-field");
    assertThat(problem("/popular?filter=%7B")).isEqualTo("/errors#malformed-json");
    assertThat(client.get("/popular?attribute=genres&value=none").itemIds()).isEmpty();
  }

  private String problem(String path) throws Exception {
    Answer answer = client.get(path);
    assertThat(answer.status()).isEqualTo(400);
    return answer.json().path("type").asText();
  }

  private void put(String what, String item, String body) throws Exception {
    Answer put =
        client.send(
            client
                .request("/items/" + item)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    assertThat(put.status()).as(what).isEqualTo(200);
  }

  private static List<String> ranked(IntPredicate passes, int k) {
    return IntStream.range(0, ITEMS)
        .filter(passes)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingLong(row -> -interactions(row))
                .thenComparing(Comparator.naturalOrder()))
        .limit(k)
        .map(TinyGenerations::id)
        .toList();
  }
}
