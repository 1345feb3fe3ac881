package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Items by title and id over HTTP, as they are now: deleted ones aren't found and later ones are.
class CatalogueRouteTest {

  private static final String VECTOR = "[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";

  @TempDir static Path folder;
  private static TinyGenerations generations;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws Exception {
    generations = new TinyGenerations(folder);
    generations.publish(1);
    service = RunningService.start(generations.configuration(Map.of("updates.enabled", "true")));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  private static List<String> ids(String path) throws Exception {
    Answer answer = client.get(path);
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    return answer.json().path("items").findValuesAsText("itemId");
  }

  @Test
  void wordsFindTitlesTheMostPopularFirst() throws Exception {
    JsonNode found = client.get("/items?query=ITEM%2021&limit=5").json();

    assertThat(found.path("titled").asInt()).isEqualTo(TinyGenerations.ITEMS);
    List<Integer> rows =
        IntStream.range(0, TinyGenerations.ITEMS)
            .filter(row -> row % 10 != 0 && Integer.toString(row).startsWith("21"))
            .boxed()
            .sorted((a, b) -> Long.compare(interactions(b), interactions(a)))
            .limit(5)
            .toList();
    assertThat(found.path("items").findValuesAsText("itemId"))
        .isEqualTo(rows.stream().map(TinyGenerations::id).toList());
    JsonNode item = found.path("items").path(0);
    assertThat(item.path("title").asText()).isEqualTo("item " + rows.getFirst());
    assertThat(item.path("live").asBoolean()).isTrue();
    assertThat(item.path("popularity").asLong()).isEqualTo(interactions(rows.getFirst()));
    assertThat(item.path("attributes").path("year").asInt())
        .isEqualTo(TinyGenerations.year(rows.getFirst()));
    assertThat(item.path("attributes").path("genres").path(0).asText())
        .isEqualTo("g" + rows.getFirst() % 5);
  }

  private static long interactions(int row) {
    return TinyGenerations.interactions(row);
  }

  @Test
  void anIdIsFoundFirstAndIdsInTheirOrder() throws Exception {
    assertThat(ids("/items?query=" + TinyGenerations.id(7))).containsExactly(TinyGenerations.id(7));
    assertThat(
            ids(
                "/items?id=%s&id=nobody&id=%s"
                    .formatted(TinyGenerations.id(9), TinyGenerations.id(3))))
        .containsExactly(TinyGenerations.id(9), TinyGenerations.id(3));
    assertThat(ids("/items")).hasSize(20);
    assertThat(ids("/items?query=nothing%20like%20it")).isEmpty();
  }

  @Test
  void laterItemsAreFoundAndDeletedOnesAreToldOf() throws Exception {
    put("78", "{\"vector\":%s,\"attributes\":{\"title\":\"Brand New\"}}".formatted(VECTOR));
    put(
        TinyGenerations.id(5),
        "{\"vector\":%s,\"attributes\":{\"title\":\"Renamed\"}}".formatted(VECTOR));
    client.delete("/items/" + TinyGenerations.id(6));

    Eventually.see(() -> ids("/items?query=brand"), List.of("78")::equals);
    Eventually.see(() -> ids("/items?query=renamed"), List.of(TinyGenerations.id(5))::equals);
    assertThat(ids("/items?query=item%205&limit=100")).doesNotContain(TinyGenerations.id(5));
    Eventually.see(
        () -> client.get("/items/" + TinyGenerations.id(6)).json().path("live").asBoolean(true),
        live -> !live);
    assertThat(client.get("/items/" + TinyGenerations.id(6)).json().path("title").asText())
        .isEqualTo("item 6");
    assertThat(ids("/items?query=" + TinyGenerations.id(6))).isEmpty();
    assertThat(client.get("/items/" + TinyGenerations.id(5)).json().path("attributes").size())
        .isEqualTo(1);
  }

  private static void put(String id, String body) throws Exception {
    Answer answer =
        client.send(
            client
                .request("/items/" + id)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void attributesAreNamedWithTheirLabels() throws Exception {
    JsonNode columns = client.get("/attributes").json();
    assertThat(columns.path("title").asText()).isEqualTo("title");
    assertThat(columns.path("columns").findValuesAsText("kind"))
        .containsExactly("labels", "number", "text");
    assertThat(columns.path("columns").path(0).path("values")).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=0", "limit=101", "limit=x", "limit=99999999999", "query=a&id=1"})
  void whatIsOutOfBoundsIsRefused(String query) throws Exception {
    Answer answer = client.get("/items?" + query);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("type").asText()).endsWith("out-of-range");
  }

  @Test
  void longQueriesAndManyIdsAreRefusedAndUnknownItemsToo() throws Exception {
    assertThat(client.get("/items?query=" + "a".repeat(201)).status()).isEqualTo(400);
    String many = IntStream.range(0, 101).mapToObj(i -> "id=" + i).collect(Collectors.joining("&"));
    assertThat(client.get("/items?" + many).status()).isEqualTo(400);
    Answer unknown = client.get("/items/nobody");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.json().path("type").asText()).endsWith("unknown-item");
  }
}
