package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.Engine;
import dev.hstu.retrieval.cache.SettableClock;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A user's stored history over real HTTP: put, read back, retrieved from, forgotten; and what was
/// served kept out of later answers.
class UserRoutesTest {

  private static final long NOW = 1_700_000_000L;
  private static final int DAY = 86_400;
  private static final int[] ROWS = {5, 9, 200};
  private static final long[] TIMES = {NOW - 90_000, NOW - 4_000, NOW - 100};

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock(NOW);
  private TinyGenerations generations;
  private String first;

  @BeforeEach
  void publish() throws IOException {
    generations = new TinyGenerations(folder);
    first = generations.publish(1);
  }

  @Test
  void storedEventsAnswerAsSentOnesDo() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      Answer put = putEvents(client, "anna", events(ROWS, TIMES, 2, 0, 1));
      assertThat(put.status()).isEqualTo(200);
      assertThat(put.response().body())
          .isEqualTo(
              "{\"userId\":\"anna\",\"added\":3,\"known\":0,\"dropped\":0,\"events\":3,\"addedAttributes\":0,\"userAttributes\":0}");
      assertThat(putEvents(client, "anna", events(ROWS, TIMES, 1, 2)).json().path("known").asInt())
          .isEqualTo(2);

      Answer stored = client.get("/retrieve/anna?k=50&requestTime=" + NOW);
      assertThat(stored.itemIds())
          .isEqualTo(generations.exactTopK(first, Engine.REFERENCE, ROWS, TIMES, NOW, 50));
      String sent = "{\"events\":%s,\"k\":50}".formatted(events(ROWS, TIMES, 0, 1, 2));
      assertThat(content(client.retrieve(sent))).isEqualTo(content(stored));
      // A part sent, all stored: equal events count once.
      String both =
          "{\"userId\":\"anna\",\"events\":%s,\"k\":50}".formatted(events(ROWS, TIMES, 1, 2));
      assertThat(content(client.retrieve(both))).isEqualTo(content(stored));
      assertThat(client.retrieve(both).json().path("cache").asText()).isEqualTo("result");
      // An event that isn't stored yet joins those that are.
      String more =
          "{\"userId\":\"anna\",\"events\":[{\"itemId\":%s,\"timestamp\":%d}],\"k\":50}"
              .formatted(id(30), NOW - 50);
      int[] rows = {5, 9, 200, 30};
      long[] times = {TIMES[0], TIMES[1], TIMES[2], NOW - 50};
      assertThat(client.retrieve(more).itemIds())
          .isEqualTo(generations.exactTopK(first, Engine.REFERENCE, rows, times, NOW, 50));
      // At an earlier time later events haven't happened.
      assertThat(client.get("/retrieve/anna?k=50&requestTime=" + (NOW - 5_000)).itemIds())
          .isEqualTo(
              generations.exactTopK(
                  first, Engine.REFERENCE, new int[] {5}, new long[] {TIMES[0]}, NOW - 5_000, 50));
      assertThat(client.get("/retrieve/anna?k=300&excludeSeen=false").itemIds()).hasSize(300);
      assertThat(client.get("/retrieve/anna?k=300").itemIds())
          .hasSize(297)
          .doesNotContain(id(5), id(9), id(200));
    }
  }

  /// Of a model with series: over real HTTP, to the last bit, on every route that names a user.
  @Test
  void storedAttributesAnswerAsSentOnesDo() throws Exception {
    generations.publishWithFeatures(2);
    String[] steps = {
      "{\"name\":\"language\",\"value\":\"fr\"}",
      "{\"name\":\"language\",\"value\":\"de\",\"since\":%d}".formatted(NOW - 5_000),
      "{\"name\":\"town\",\"value\":\"Bern\",\"since\":%d}".formatted(NOW - 50),
      "{\"name\":\"town\",\"value\":\"Zug\",\"since\":%d}".formatted(NOW + 50)
    };
    String sentEvents = events(ROWS, TIMES, 0, 1, 2);
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      putEvents(client, "anna", sentEvents);
      Set<JsonNode> answers = new HashSet<>();
      String said = "";
      for (String step : steps) {
        answers.add(content(client.get("/retrieve/anna?k=50&requestTime=" + NOW)));
        said += (said.isEmpty() ? "" : ",") + step;
        Answer put = putAttributes(client, "anna", step);
        assertThat(put.json().path("addedAttributes").asInt()).isEqualTo(1);
        assertThat(putAttributes(client, "anna", said).json().path("addedAttributes").asInt())
            .as("sent again")
            .isZero();
        Answer stored = client.get("/retrieve/anna?k=50&requestTime=" + NOW);
        String sent =
            "\"events\":%s,\"k\":50,\"requestTime\":%d,\"userAttributes\":[%s]"
                .formatted(sentEvents, NOW, said);
        assertThat(content(stored)).isEqualTo(content(client.retrieve("{" + sent + "}")));
        assertThat(content(client.retrieve("{\"userId\":\"anna\"," + sent + "}")))
            .as("sent beside what is stored")
            .isEqualTo(content(stored));
        assertThat(embedding(client, "\"userId\":\"anna\""))
            .isEqualTo(
                embedding(
                    client, "\"events\":%s,\"userAttributes\":[%s]".formatted(sentEvents, said)));
      }
      assertThat(answers).as("each change but the last, which is yet to come, moves it").hasSize(4);
      String batch = "{\"userId\":\"anna\",\"k\":50,\"requestTime\":%d}\n".formatted(NOW);
      assertThat(
              client
                  .send(
                      client
                          .request("/retrieve/batch")
                          .header("Content-Type", "application/x-ndjson")
                          .POST(BodyPublishers.ofString(batch)))
                  .json()
                  .path("answer")
                  .path("candidates"))
          .isEqualTo(
              client.get("/retrieve/anna?k=50&requestTime=" + NOW).json().path("candidates"));

      // A part of them sent, the rest stored.
      putEvents(client, "bea", sentEvents);
      putAttributes(client, "bea", steps[0] + "," + steps[2]);
      assertThat(
              content(
                  client.retrieve(
                      "{\"userId\":\"bea\",\"k\":50,\"requestTime\":%d,\"userAttributes\":[%s,%s]}"
                          .formatted(NOW, steps[1], steps[2]))))
          .isEqualTo(content(client.get("/retrieve/anna?k=50&requestTime=" + NOW)));
    }
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      JsonNode stored = client.get("/users/anna").json().path("userAttributes");
      assertThat(stored).hasSize(4);
      assertThat(stored.get(0).toString()).isEqualTo("{\"name\":\"language\",\"value\":\"fr\"}");
      Answer gone = client.delete("/users/anna");
      assertThat(gone.json().path("userAttributes").asInt()).isEqualTo(4);
      assertThat(client.get("/users/anna").status()).isEqualTo(404);
    }
  }

  /// Of whom attributes alone are known, nothing but the popular items can be told.
  @Test
  void aUserOfAttributesAloneIsKnownAndGetsThePopularItems() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      putAttributes(client, "anna", "{\"name\":\"town\",\"value\":7}");
      Answer answer = client.get("/retrieve/anna?k=5");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("fallback").asText()).isEqualTo("popular");
      assertProblem(
          putAttributes(client, "anna", "{\"name\":\"town\"}"),
          400,
          "missing-field",
          "the attribute has no value");
      assertProblem(
          putAttributes(
              client,
              "anna",
              String.join(",", Collections.nCopies(257, "{\"name\":\"a\",\"value\":1}"))),
          400,
          "too-many-entries",
          "256");
    }
  }

  private static String embedding(ServiceClient client, String history)
      throws IOException, InterruptedException {
    Answer answer =
        client.send(
            client
                .request("/embed")
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString("[{%s,\"requestTime\":%d}]".formatted(history, NOW))));
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    return answer.json().path("embeddings").toString();
  }

  private static Answer putAttributes(ServiceClient client, String user, String attributes)
      throws IOException, InterruptedException {
    return client.send(
        client
            .request("/users/" + user + "/events")
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString("{\"userAttributes\":[%s]}".formatted(attributes))));
  }

  @Test
  void aFilterOfStoredEventsIsThatOfSentOnes() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      putEvents(client, "anna", events(ROWS, TIMES, 0, 1, 2));
      String filter = "{\"in\":{\"genres\":[\"g1\"]}}";
      Answer stored =
          client.get(
              "/retrieve/anna?k=20&filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8));
      Answer sent =
          client.retrieve(
              "{\"events\":%s,\"k\":20,\"filter\":%s}"
                  .formatted(events(ROWS, TIMES, 0, 1, 2), filter));
      assertThat(stored.status()).isEqualTo(200);
      assertThat(content(stored)).isEqualTo(content(sent));
    }
  }

  @Test
  void whatWasStoredOutlivesARestart() throws Exception {
    JsonNode before;
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      putEvents(client, "änn/a b", events(ROWS, TIMES, 0, 1, 2));
      before = client.get("/users/%C3%A4nn%2Fa%20b").json();
      assertThat(before.path("events")).hasSize(3);
      assertThat(before.path("events").get(1).path("itemId").asText()).isEqualTo(id(9));
    }
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      assertThat(client.get("/users/%C3%A4nn%2Fa%20b").json()).isEqualTo(before);
    }
  }

  @Test
  void aForgottenUserIsNowhere() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      putEvents(client, "zoe-secret", events(ROWS, TIMES, 0, 1, 2));
      putEvents(client, "other", events(ROWS, TIMES, 0));
      client.get("/retrieve/zoe-secret?k=10");
      client.get("/retrieve/zoe-secret?k=20");
      client.retrieve(
          "{\"userId\":\"zoe-secret\",\"events\":%s,\"k\":7}".formatted(events(ROWS, TIMES, 2)));
      client.get("/retrieve/other?k=5");
      Eventually.see(
          () -> client.get("/users/zoe-secret").json().path("servedItems").asInt(), n -> n >= 20);

      Answer gone = client.delete("/users/zoe-secret");

      assertThat(gone.status()).isEqualTo(200);
      assertThat(gone.json().path("events").asInt()).isEqualTo(3);
      assertThat(gone.json().path("servedItems").asInt()).isEqualTo(20);
      assertThat(gone.json().path("cachedEmbeddings").asInt()).isEqualTo(1);
      assertThat(gone.json().path("cachedLists").asInt()).isEqualTo(3);
      assertThat(client.get("/metrics").response().body())
          .contains("hstu_cache_entries{cache=\"embeddings\"} 1.0")
          .contains("hstu_users 1.0");
      assertThat(client.get("/retrieve/zoe-secret?k=10").status()).isEqualTo(404);
      assertThat(client.get("/users/zoe-secret").status()).isEqualTo(404);
      assertThat(filesHold("zoe-secret")).isFalse();
      assertThat(Files.readString(generations.store().root().resolve("audit.log")))
          .contains("delete-user")
          .contains("zoe-secret")
          .contains("3 events, 0 attributes, 20 served items")
          .doesNotContain(id(200));
      assertThat(client.delete("/users/zoe-secret").json().path("events").asInt()).isZero();
    }
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      assertThat(client.get("/users/zoe-secret").status()).isEqualTo(404);
      assertThat(client.get("/users/other").status()).isEqualTo(200);
    }
  }

  @Test
  void anUnknownUserIsToldOrGetsThePopularItems() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      Answer unknown = client.get("/retrieve/nobody?k=5");
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(unknown.json().path("type").asText()).isEqualTo("/errors#unknown-user");
      assertThat(unknown.json().path("detail").asText()).contains("'nobody'").contains("PUT");
      Answer popular = client.get("/retrieve/nobody?k=5&unknown=popular");
      assertThat(popular.json().path("fallback").asText()).isEqualTo("popular");
      assertThat(popular.itemIds()).hasSize(5);
      assertThat(client.retrieve("{\"userId\":\"nobody\",\"k\":5}").itemIds())
          .isEqualTo(popular.itemIds());
    }
  }

  @Test
  void servedItemsStayAwayForTheDaysAskedFor() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      putEvents(client, "anna", events(ROWS, TIMES, 0, 1, 2));
      Set<String> seen = new HashSet<>();
      for (int page = 0; page < 5; page++) {
        List<String> items = client.get("/retrieve/anna?k=50&excludeServedDays=2").itemIds();
        assertThat(items).hasSize(50).noneMatch(seen::contains);
        seen.addAll(items);
        clock.set(NOW + page * 3_600L);
      }
      Answer rest = client.get("/retrieve/anna?k=50&excludeServedDays=2");
      assertThat(rest.itemIds()).hasSize(47).doesNotContainAnyElementsOf(seen);
      assertThat(rest.json().path("shortfall").path("reason").asText())
          .contains("300 items and 253 of them are seen or excluded");
      // Without the field, and for another user, they come.
      assertThat(client.get("/retrieve/anna?k=50").itemIds()).hasSize(50);
      assertThat(
              client
                  .retrieve(
                      "{\"userId\":\"bea\",\"events\":%s,\"excludeServedDays\":2,\"k\":50}"
                          .formatted(events(ROWS, TIMES, 0, 1, 2)))
                  .itemIds())
          .containsAnyElementsOf(seen);
      clock.set(NOW + 3 * DAY);
      assertThat(client.get("/retrieve/anna?k=250&excludeServedDays=2").itemIds()).hasSize(250);
    }
  }

  @Test
  void whatWasServedIsToldFromWhatTheRequestLists() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      List<String> served = client.retrieve(named("anna", "\"k\":20")).itemIds();
      String listed = served.get(1);
      clock.set(NOW + DAY);
      String question =
          "\"k\":20,\"excludeServedDays\":3,\"excludeItemIds\":[%s]".formatted(listed);

      JsonNode verdict = verdict(client, served.getFirst(), question);
      assertThat(verdict.path("cause").asText()).isEqualTo("served");
      assertThat(verdict.path("servedAt").asLong()).isEqualTo(NOW);
      assertThat(verdict.path("sentence").asText())
          .isEqualTo(
              "it was served to the user on 2023-11-14 (at 1700000000), and what was served lately is"
                  + " left out");
      JsonNode both = explain(client, listed, question);
      assertThat(both.path("verdict").path("cause").asText()).isEqualTo("denied");
      assertThat(both.path("besides").findValuesAsText("cause")).containsExactly("served");
      assertThat(verdict(client, served.getFirst(), "\"k\":20").path("cause").asText())
          .as("not asked for")
          .isEqualTo("returned");
      assertThat(verdict(client, id(ROWS[0]), question).path("cause").asText()).isEqualTo("seen");
    }
  }

  private static JsonNode verdict(ServiceClient client, String item, String more)
      throws IOException, InterruptedException {
    return explain(client, item, more).path("verdict");
  }

  private static JsonNode explain(ServiceClient client, String item, String more)
      throws IOException, InterruptedException {
    Answer answer =
        client.send(
            client
                .request("/explain")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(named("anna", more + ",\"itemId\":" + item))));
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    return answer.json();
  }

  @Test
  void servedItemsOutliveARestart() throws Exception {
    List<String> before;
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      before = client.retrieve(named("anna", "\"k\":100")).itemIds();
    }
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      List<String> after =
          client.retrieve(named("anna", "\"k\":100,\"excludeServedDays\":1")).itemIds();
      assertThat(after).hasSize(100).doesNotContainAnyElementsOf(before);
    }
  }

  @Test
  void aLineOfABatchCountsAsServedToo() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      Answer batch =
          client.send(
              client
                  .request("/retrieve/batch")
                  .header("Content-Type", "application/x-ndjson")
                  .POST(BodyPublishers.ofString(named("anna", "\"k\":100") + "\n")));
      List<String> before = new ArrayList<>();
      batch
          .json()
          .path("answer")
          .path("candidates")
          .forEach(c -> before.add(c.path("itemId").asText()));
      assertThat(before).hasSize(100);
      assertThat(client.retrieve(named("anna", "\"k\":100,\"excludeServedDays\":1")).itemIds())
          .hasSize(100)
          .doesNotContainAnyElementsOf(before);
    }
  }

  @Test
  void whatCannotBeIsRefusedWithItsMend() throws Exception {
    try (RunningService service = start(Map.of("users.max-users", "1", "users.served-days", "3"));
        ServiceClient client = new ServiceClient(service)) {
      assertProblem(client.get("/retrieve/anna?k=x"), 400, "wrong-type", "k is 'x'");
      assertProblem(client.get("/retrieve/anna?k=0"), 404, "unknown-user", "anna");
      assertProblem(client.get("/retrieve/anna?kk=5"), 400, "unknown-field", "did you mean k");
      assertProblem(client.get("/retrieve/anna?k=5&k=6"), 400, "too-many-entries", "2 times");
      assertProblem(client.get("/retrieve/anna?unknown=yes"), 400, "out-of-range", "popular");
      assertProblem(putEvents(client, "anna", "[]"), 400, "missing-field", "at least one");
      assertProblem(
          putEvents(client, "anna", "[{\"itemId\":1,\"timestamp\":%d}]".formatted(NOW + 2 * DAY)),
          400,
          "future-event",
          "day later");
      assertProblem(
          putEvents(client, "x".repeat(300), "[{\"itemId\":1,\"timestamp\":1}]"),
          400,
          "out-of-range",
          "256");
      assertThat(putEvents(client, "anna", "[{\"itemId\":1,\"timestamp\":1}]").status())
          .isEqualTo(200);
      assertProblem(client.get("/retrieve/anna?k=0"), 400, "out-of-range", "k=0");
      assertProblem(
          putEvents(client, "bea", "[{\"itemId\":1,\"timestamp\":1}]"),
          503,
          "users-full",
          "users.max-users");
      assertProblem(
          client.retrieve(named("anna", "\"excludeServedDays\":4")), 400, "out-of-range", "1..3");
      assertProblem(client.retrieve("{\"excludeServedDays\":2}"), 400, "missing-field", "userId");
    }
    try (RunningService service = RunningService.start(generations.configuration(Map.of()), clock);
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      assertProblem(client.get("/users/anna"), 403, "users-disabled", "users.folder");
      assertProblem(client.get("/retrieve/anna"), 403, "users-disabled", "users.folder");
      assertProblem(
          putEvents(client, "anna", "[{\"itemId\":1,\"timestamp\":1}]"),
          403,
          "users-disabled",
          "users.folder");
      assertProblem(
          client.retrieve(named("anna", "\"excludeServedDays\":1")),
          403,
          "users-disabled",
          "users.folder");
      assertThat(client.retrieve(named("anna", "\"k\":5")).itemIds()).hasSize(5);
    }
  }

  private RunningService start(Map<String, String> settings) throws InterruptedException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("users.folder", folder.resolve("users").toString());
    RunningService service = RunningService.start(generations.configuration(all), clock);
    service.awaitReady(Duration.ofSeconds(30));
    return service;
  }

  private static void assertProblem(Answer answer, int status, String type, String says) {
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
    assertThat(answer.json().path("type").asText()).isEqualTo("/errors#" + type);
    assertThat(answer.json().path("detail").asText()).contains(says);
  }

  private static Answer putEvents(ServiceClient client, String user, String events)
      throws IOException, InterruptedException {
    String path = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    return client.send(
        client
            .request("/users/" + path + "/events")
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString("{\"events\":%s}".formatted(events))));
  }

  private static String named(String user, String more) {
    return "{\"userId\":\"%s\",\"events\":%s,%s}"
        .formatted(user, events(ROWS, TIMES, 0, 1, 2), more);
  }

  private static String events(int[] rows, long[] times, int... which) {
    return IntStream.of(which)
        .mapToObj(i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(rows[i]), times[i]))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static JsonNode content(Answer answer) {
    return ((ObjectNode) answer.json()).without(List.of("cache", "timings", "search"));
  }

  private boolean filesHold(String text) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("users"))) {
      for (Path file : files.toList()) {
        if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
    }
    return false;
  }
}
