package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `POST /explain` over real HTTP: it agrees with `POST /retrieve`, item by item, and refuses what
/// that refuses.
class ExplainRouteTest {

  private static final String HISTORY =
      "\"events\":[{\"itemId\":%s,\"timestamp\":100},{\"itemId\":\"%s\",\"timestamp\":200}],\"requestTime\":900,\"k\":7"
          .formatted(id(3), id(8));

  @TempDir static Path folder;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws IOException, InterruptedException {
    TinyGenerations generations = new TinyGenerations(folder);
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

  @Test
  void whatIsReturnedIsExplainedWithItsPlaceAndScore() throws Exception {
    Answer retrieved = client.retrieve("{%s}".formatted(HISTORY));
    List<String> ids = retrieved.itemIds();

    for (int place = 0; place < ids.size(); place++) {
      JsonNode explained = explain(ids.get(place), HISTORY).json();

      assertThat(explained.path("returned").asBoolean()).isTrue();
      assertThat(explained.path("verdict").path("cause").asText()).isEqualTo("returned");
      assertThat(explained.path("verdict").path("rank").asInt()).isEqualTo(place + 1);
      assertThat(explained.path("score").floatValue())
          .isEqualTo(retrieved.json().path("candidates").path(place).path("score").floatValue());
      assertThat(explained.path("contributions")).hasSize(2);
      assertThat(explained.path("closest")).hasSize(2);
      assertThat(explained.path("generation").asText())
          .isEqualTo(retrieved.json().path("generation").asText());
    }
  }

  @Test
  void everyOtherItemHasItsExactRank() throws Exception {
    List<String> ids =
        client.retrieve("{%s}".formatted(HISTORY.replace("\"k\":7", "\"k\":297"))).itemIds();

    for (int place = 7; place < ids.size(); place += 40) {
      JsonNode verdict = explain(ids.get(place), HISTORY).json().path("verdict");

      assertThat(verdict.path("cause").asText()).isEqualTo("outranked");
      assertThat(verdict.path("rank").asInt()).isEqualTo(place + 1);
      assertThat(verdict.path("sentence").asText())
          .isEqualTo("exact rank %d of k=7".formatted(place + 1));
    }
  }

  @Test
  void exclusionsAreToldInTheirOrder() throws Exception {
    JsonNode explained =
        explain(
                id(8),
                HISTORY
                    + ",\"excludeItemIds\":[%s],\"filter\":{\"not\":{\"any\":[{\"in\":{\"genres\":[\"g3\"]}}]}}"
                        .formatted(id(8)))
            .json();

    JsonNode verdict = explained.path("verdict");
    assertThat(verdict.path("cause").asText()).isEqualTo("refused-by-filter");
    assertThat(verdict.path("field").asText()).isEqualTo("/filter/not/any/0/in/genres");
    assertThat(verdict.path("values").path("genres").path(0).asText()).isEqualTo("g3");
    assertThat(explained.path("besides").findValuesAsText("cause"))
        .containsExactly("denied", "seen");
    assertThat(explained.path("besides").path(1).path("seenAt").asLong()).isEqualTo(200);
  }

  @Test
  void aDeletedItemIsToldFromAnUnknownOne() throws Exception {
    assertThat(client.delete("/items/" + id(250)).status()).isEqualTo(200);

    Eventually.see( // a change is durable at once and searchable within a second
        () -> explain(id(250), HISTORY).json().path("verdict").path("sentence").asText(),
        "deleted by update 1"::equals);
    JsonNode unknown = explain("77", HISTORY).json();
    assertThat(unknown.path("verdict").path("cause").asText()).isEqualTo("unknown");
    assertThat(unknown.path("verdict").path("knownToModel").asBoolean()).isFalse();
    assertThat(unknown.path("returned").asBoolean()).isFalse();
  }

  @Test
  void withoutAKnownEventThePopularListIsExplained() throws Exception {
    List<String> popular = client.retrieve("{\"k\":4}").itemIds();

    JsonNode first = explain(popular.getFirst(), "\"k\":4").json();
    JsonNode last = explain(id(0), "\"k\":4").json();

    assertThat(first.path("fallback").asText()).isEqualTo("popular");
    assertThat(first.path("verdict").path("rank").asInt()).isOne();
    assertThat(last.path("verdict").path("cause").asText()).isEqualTo("not-popular-enough");
    assertThat(last.path("verdict").path("rank").asInt()).isGreaterThan(250);
  }

  @Test
  void wrongQuestionsAreRefused() throws Exception {
    Answer withoutItem = post("{%s}".formatted(HISTORY));
    assertThat(withoutItem.status()).isEqualTo(400);
    assertThat(withoutItem.json().path("field").asText()).isEqualTo("/itemId");
    assertThat(explain("1", "\"filter\":{\"in\":{\"nope\":[\"x\"]}}").json().path("field").asText())
        .isEqualTo("/filter/in/nope");
    assertThat(post("{\"itemId\":\"1\",\"kk\":1}").json().path("type").asText())
        .isEqualTo("/errors#unknown-field");
  }

  private static Answer explain(String itemId, String fields) throws Exception {
    return post("{\"itemId\":\"%s\",%s}".formatted(itemId, fields));
  }

  private static Answer post(String body) throws Exception {
    return client.send(
        client
            .request("/explain")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }
}
