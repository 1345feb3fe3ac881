package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `PUT` and `DELETE /items/{id}` and bulk updates over real HTTP: what is acknowledged is soon
/// retrieved, and stays so across restarts and swaps.
class ItemUpdatesRouteTest {

  private static final int DIMENSION = 16;
  private static final int ITEMS = TinyGenerations.ITEMS;
  private static final String NEW_ID = "123456789";

  @TempDir Path folder;
  private TinyGenerations generations;

  @BeforeEach
  void publish() throws IOException {
    generations = new TinyGenerations(folder);
    generations.publish(1);
  }

  @Test
  void aPutItemIsRetrievedAndADeletedOneIsNot() throws Exception {
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      assertThat(retrieved(client)).hasSize(ITEMS).doesNotContain(NEW_ID);
      Answer put = put(client, NEW_ID, body(0));
      assertThat(put.status()).isEqualTo(200);
      assertThat(put.json().path("itemId").asText()).isEqualTo(NEW_ID);
      assertThat(put.json().path("sequence").asLong()).isEqualTo(1);
      assertThat(put.json().path("searchableWithinMillis").asInt()).isEqualTo(1_000);
      Eventually.see(() -> retrieved(client), ids -> ids.contains(NEW_ID));

      Answer deleted = delete(client, NEW_ID);
      assertThat(deleted.status()).isEqualTo(200);
      assertThat(deleted.json().path("sequence").asLong()).isEqualTo(2);
      assertThat(delete(client, TinyGenerations.id(3)).status()).isEqualTo(200);
      Eventually.see(() -> retrieved(client), ids -> ids.size() == ITEMS - 1);
      assertThat(retrieved(client)).doesNotContain(NEW_ID, TinyGenerations.id(3));
      assertThat(popular(client)).doesNotContain(TinyGenerations.id(3)).hasSize(ITEMS - 1);
      JsonNode shortfall =
          client.retrieve(request(ITEMS + 10)).json().path("shortfall").path("reason");
      assertThat(shortfall.asText()).contains("%d items".formatted(ITEMS - 1));
    }
  }

  @Test
  void updatesOutliveARestartAndAreTakenIntoTheNextGeneration() throws Exception {
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      put(client, NEW_ID, body(1));
      delete(client, TinyGenerations.id(0));
    }
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      assertThat(retrieved(client)).contains(NEW_ID).doesNotContain(TinyGenerations.id(0));
      String next = generations.publish(1, TinyGenerations.longIds(), new Clock.Wall());
      assertThat(generations.store().manifest(next).carriedUpdates()).isEqualTo(2);
      Eventually.see(() -> generation(client), next::equals);
      assertThat(retrieved(client)).contains(NEW_ID).doesNotContain(TinyGenerations.id(0));
      put(client, "987654321", body(2));
      Eventually.see(() -> retrieved(client), ids -> ids.contains("987654321"));
    }
    // Without updates a service serves the generation as it was built.
    try (RunningService service = start("false");
        ServiceClient client = new ServiceClient(service)) {
      assertThat(retrieved(client)).contains(NEW_ID).doesNotContain("987654321");
    }
  }

  @Test
  void bulkLinesAreAnsweredOneByOne() throws Exception {
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 1_000; i++) {
        lines.append("{\"id\":%d,%s\n".formatted(1_000_000 + i, body(i).substring(1)));
      }
      lines.append("\n{\"id\":%s,\"delete\":true}\n".formatted(TinyGenerations.id(1)));
      lines.append("{\"id\":1,\"vector\":[1]}\n{\"id\":\"a\",%s\n".formatted(body(1).substring(1)));
      lines.append("{nonsense\n{\"id\":1}\n{\"delete\":true}\n");
      lines.append("{\"id\":7,%s".formatted(body(2).substring(1)));
      List<JsonNode> results = bulk(client, lines.toString());
      assertThat(results).hasSize(1_007);
      for (int i = 0; i < 1_000; i++) {
        assertThat(results.get(i).path("line").asInt()).isEqualTo(i + 1);
        assertThat(results.get(i).path("sequence").asLong()).isEqualTo(i + 1);
      }
      assertThat(results.subList(1_000, 1_007))
          .extracting(result -> result.path("line").asInt())
          .containsExactly(1_002, 1_003, 1_004, 1_005, 1_006, 1_007, 1_008);
      assertThat(results.subList(1_000, 1_007))
          .extracting(result -> result.path("problem").path("type").asText())
          .containsExactly(
              "",
              "/errors#invalid-item",
              "/errors#invalid-item",
              "/errors#malformed-json",
              "/errors#missing-field",
              "/errors#missing-field",
              "");
      assertThat(results.getLast().path("sequence").asLong()).isEqualTo(1_002);
      Eventually.see(() -> retrieved(client, 1_000).size(), size -> size == 1_000);
    }
  }

  @Test
  void whatCannotBeTakenIsSaid() throws Exception {
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      assertProblem(put(client, NEW_ID, "{}"), 400, "missing-field", "there is no vector");
      assertProblem(put(client, NEW_ID, "{\"vector\":[1,2]}"), 400, "invalid-item", "has 2 values");
      assertProblem(
          put(client, NEW_ID, body(0).replace("1.0", "0.5")), 400, "invalid-item", "norm 0.5");
      assertProblem(put(client, "abc", body(0)), 400, "invalid-item", "no 64-bit integer");
      assertProblem(
          put(client, NEW_ID, body(0).replace("}", ",\"attributes\":{\"x\":1}}")),
          400,
          "unknown-field",
          "did you mean year?");
      assertProblem(put(client, NEW_ID, "{\"vectr\":[]}"), 400, "unknown-field", "vector");
    }
    try (RunningService service = start("false");
        ServiceClient client = new ServiceClient(service)) {
      assertProblem(put(client, NEW_ID, body(0)), 403, "updates-disabled", "updates.enabled=true");
      assertProblem(delete(client, NEW_ID), 403, "updates-disabled", "updates.enabled=true");
    }
  }

  @Test
  void anItemWithLabelsAloneHasAVectorWhereTheModelKnowsThem() throws Exception {
    generations.publishWithFeatures(2);
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      String two = "{\"attributes\":{\"genres\":[\"g1\",\"g4\"],\"year\":1999}}";
      assertThat(put(client, NEW_ID, two).status()).isEqualTo(200);
      Eventually.see(() -> retrieved(client), ids -> ids.contains(NEW_ID));
      assertProblem(
          put(client, NEW_ID, "{\"attributes\":{\"genres\":[\"new\"]}}"),
          400,
          "missing-field",
          "labels that the model was trained with");
    }
  }

  @Test
  void whatWasDoneMovesTheAnswerOfAModelThatReadsIt() throws Exception {
    generations.publishWithFeatures(2);
    try (RunningService service = start("false");
        ServiceClient client = new ServiceClient(service)) {
      List<String> silent = client.retrieve(rated("")).itemIds();
      assertThat(client.retrieve(rated(",\"action\":9")).itemIds()).isEqualTo(silent);
      List<String> liked = client.retrieve(rated(",\"action\":5")).itemIds();
      assertThat(liked).isNotEqualTo(silent);
      assertThat(client.retrieve(rated(",\"action\":1")).itemIds()).isNotEqualTo(liked);
      assertThat(client.retrieve(rated(",\"action\":5")).itemIds()).isEqualTo(liked);
    }
  }

  @Test
  void whatIsKnownOfTheUserMovesTheAnswerOfAModelThatReadsIt() throws Exception {
    generations.publishWithFeatures(2);
    try (RunningService service = start("false");
        ServiceClient client = new ServiceClient(service)) {
      List<String> unknown = client.retrieve(said("")).itemIds();
      String french = "{\"name\":\"language\",\"value\":\"fr\"}";
      String german = "{\"name\":\"language\",\"value\":\"de\",\"since\":1}";
      String later = "{\"name\":\"language\",\"value\":\"de\",\"since\":3}";
      String nobodyReads = "{\"name\":\"shoe\",\"value\":43}";
      String nobodyKnows = "{\"name\":\"town\",\"value\":\"Rom\"}";
      assertThat(client.retrieve(said(nobodyReads)).itemIds()).isEqualTo(unknown);
      assertThat(client.retrieve(said(nobodyKnows)).itemIds()).isEqualTo(unknown);
      assertThat(client.retrieve(said(later)).itemIds()).isEqualTo(unknown);
      List<String> known = client.retrieve(said(french)).itemIds();
      assertThat(known).isNotEqualTo(unknown);
      assertThat(client.retrieve(said(french)).itemIds()).isEqualTo(known);
      assertThat(client.retrieve(said(french + "," + french)).itemIds()).isEqualTo(known);
      List<String> changed = client.retrieve(said(french + "," + german)).itemIds();
      assertThat(changed).isNotEqualTo(known).isNotEqualTo(unknown);
      assertThat(client.retrieve(said(german + "," + french)).itemIds()).isEqualTo(changed);
    }
  }

  private static String said(String attributes) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":1}],\"k\":50,\"requestTime\":2,\"userAttributes\":[%s]}"
        .formatted(TinyGenerations.id(7), attributes);
  }

  private static String rated(String action) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":1%s}],\"k\":50,\"requestTime\":2}"
        .formatted(TinyGenerations.id(7), action);
  }

  @Test
  void aBoundOnKeptUpdatesIsAnswered503() throws Exception {
    Map<String, String> one = Map.of("updates.enabled", "true", "updates.max-kept", "1");
    try (RunningService service = RunningService.start(generations.configuration(one));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      assertThat(put(client, "1", body(0)).status()).isEqualTo(200);
      Answer full = put(client, "2", body(0));
      assertProblem(full, 503, "updates-full", "build and publish");
      assertThat(full.header("Retry-After")).isNotEmpty();
    }
  }

  @Test
  void textIdsStandInThePathPercentEncoded() throws Exception {
    generations.publish(2, TinyGenerations.textIds(), new Clock.Wall());
    try (RunningService service = start("true");
        ServiceClient client = new ServiceClient(service)) {
      String id = "a/b ü \"%\"";
      assertThat(put(client, id, body(0)).json().path("itemId").asText()).isEqualTo(id);
      String request =
          "{\"events\":[{\"itemId\":\"it'em \\\"é\\\" 7\",\"timestamp\":1}],\"k\":%d}"
              .formatted(ITEMS);
      Eventually.see(() -> client.retrieve(request).itemIds(), ids -> ids.contains(id));
    }
  }

  private RunningService start(String enabled) throws InterruptedException {
    RunningService service =
        RunningService.start(generations.configuration(Map.of("updates.enabled", enabled)));
    service.awaitReady(Duration.ofSeconds(30));
    return service;
  }

  private static String body(int number) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < DIMENSION; i++) {
      values.add(i == number % DIMENSION ? "1.0" : "0");
    }
    return "{\"vector\":[%s]}".formatted(String.join(",", values));
  }

  private static Answer put(ServiceClient client, String id, String body) throws Exception {
    return client.send(
        client
            .request("/items/" + encoded(id))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private static Answer delete(ServiceClient client, String id) throws Exception {
    return client.send(client.request("/items/" + encoded(id)).DELETE());
  }

  private static List<JsonNode> bulk(ServiceClient client, String lines) throws Exception {
    Answer answer =
        client.send(
            client
                .request("/items/bulk")
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(lines)));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("application/x-ndjson");
    List<JsonNode> results = new ArrayList<>();
    for (String line : answer.response().body().split("\n", -1)) {
      if (!line.isEmpty()) {
        results.add(new ObjectMapper().readTree(line));
      }
    }
    return results;
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String request(int k) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":1}],\"k\":%d,\"excludeSeen\":false}"
        .formatted("\"" + TinyGenerations.id(5) + "\"", k);
  }

  /// All that a retrieval finds.
  private static List<String> retrieved(ServiceClient client) throws Exception {
    return retrieved(client, ITEMS + 10);
  }

  private static List<String> retrieved(ServiceClient client, int k) throws Exception {
    return client.retrieve(request(k)).itemIds();
  }

  private static List<String> popular(ServiceClient client) throws Exception {
    return client.retrieve("{\"k\":%d}".formatted(ITEMS)).itemIds();
  }

  private static String generation(ServiceClient client) throws Exception {
    return client.retrieve("{}").json().path("generation").asText();
  }

  private static void assertProblem(Answer answer, int status, String type, String detail) {
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    assertThat(answer.json().path("type").asText()).isEqualTo("/errors#" + type);
    assertThat(answer.json().path("detail").asText()).contains(detail);
  }
}
