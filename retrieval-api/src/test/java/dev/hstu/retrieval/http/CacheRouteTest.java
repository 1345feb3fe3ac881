package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.retrieval.cache.SettableClock;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is kept between requests, over real HTTP: when it is used, when no longer, and that no
/// answer differs from what would have been computed.
class CacheRouteTest {

  private static final long NOW = 1_700_000_000L;
  private static final String REPEATED = "hstu_retrieve_repeated_total";
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
  void anEqualRequestGetsTheListAndASimilarOneTheEmbedding() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      Answer computed = client.retrieve(request("\"k\":50"));
      Answer kept = client.retrieve(request("\"k\":50"));
      Answer other = client.retrieve(request("\"k\":20"));

      assertThat(use(computed)).isEqualTo("miss");
      assertThat(use(kept)).isEqualTo("result");
      assertThat(use(other)).isEqualTo("embedding");
      assertThat(content(kept)).isEqualTo(content(computed));
      assertThat(other.itemIds()).isEqualTo(computed.itemIds().subList(0, 20));
      assertThat(kept.json().path("timings").path("encodeMicros").asLong()).isZero();
      assertThat(kept.json().path("timings").path("searchMicros").asLong()).isZero();
      assertThat(client.get("/metrics").response().body())
          .contains("hstu_retrieve_cache_total{use=\"miss\"} 1.0")
          .contains("hstu_retrieve_cache_total{use=\"embedding\"} 1.0")
          .contains("hstu_retrieve_cache_total{use=\"result\"} 1.0")
          .contains("hstu_retrieve_stage_seconds_count{stage=\"encode\"} 1")
          .contains("hstu_retrieve_stage_seconds_count{stage=\"search\"} 2")
          .contains("hstu_cache_entries{cache=\"embeddings\"} 1.0")
          .contains("hstu_cache_entries{cache=\"results\"} 2.0")
          .containsPattern("hstu_cache_bytes\\{cache=\"results\"} [1-9]");
    }
  }

  @Test
  void theListIsGoodUntilTheInstantItSays() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      Answer computed = client.retrieve(request("\"k\":50"));
      long validUntil = computed.json().path("validUntil").asLong();
      RequestInterval interval = RequestInterval.around(TIMES, 0, TIMES.length, NOW);
      assertThat(validUntil).isEqualTo(interval.end().orElseThrow());

      clock.set(validUntil - 1);
      Answer kept = client.retrieve(request("\"k\":50"));
      assertThat(use(kept)).isEqualTo("result");
      assertThat(kept.json().path("requestTime").asLong()).isEqualTo(validUntil - 1);
      assertThat(kept.json().path("validUntil").asLong()).isEqualTo(validUntil);

      clock.set(validUntil);
      Answer next = client.retrieve(request("\"k\":50"));
      assertThat(use(next)).isEqualTo("miss");
      assertThat(next.json().path("validUntil").asLong()).isGreaterThan(validUntil);
      assertThat(next.itemIds())
          .isEqualTo(generations.exactTopK(first, Engine.REFERENCE, ROWS, TIMES, validUntil, 50));
      // A replay of the former time gets the former list, kept or not.
      Answer replay = client.retrieve(request("\"k\":50,\"requestTime\":%d".formatted(NOW)));
      assertThat(content(replay)).isEqualTo(content(computed));
    }
  }

  @Test
  void aListOfAModelThatReadsNoTimesIsGoodForEver() throws Exception {
    SasRecConfig timeless =
        new SasRecConfig(TinyGenerations.ITEMS, 12, 3, 8, 2, 6, 2, 0.05, 1, ModelFeatures.NONE);
    String baseline = generations.publish(2, timeless);
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      Answer computed = client.retrieve(request("\"k\":50"));
      assertThat(computed.json().path("validUntil").isNumber()).isFalse();
      assertThat(computed.itemIds())
          .isEqualTo(generations.exactTopK(baseline, Engine.REFERENCE, ROWS, TIMES, NOW, 50));

      clock.set(NOW + 1_000_000_000);
      Answer later = client.retrieve(request("\"k\":50"));
      assertThat(use(later)).isEqualTo("result");
      assertThat(later.itemIds()).isEqualTo(computed.itemIds());
    }
  }

  /// Requests from few histories, times, filters and exclusions, so that they meet again and again.
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void everyAnswerIsWhatAServiceWithoutCachesAnswers(long seed) throws Exception {
    Random random = new Random(seed);
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service);
        RunningService bare = start(withoutCaches());
        ServiceClient bareClient = new ServiceClient(bare)) {
      Map<String, Integer> uses = new TreeMap<>();
      List<String> pool = Stream.generate(() -> randomRequest(random)).limit(120).toList();
      for (int i = 0; i < 360; i++) {
        String request = pool.get(random.nextInt(pool.size()));
        Answer answer = client.retrieve(request);
        Answer truth = bareClient.retrieve(request);
        assertThat(truth.json().path("cache").asText("miss")).isEqualTo("miss");
        assertThat(content(answer)).as(request).isEqualTo(content(truth));
        uses.merge(use(answer), 1, Integer::sum);
      }
      assertThat(uses).containsOnlyKeys("miss", "embedding", "result");
      assertThat(uses.get("embedding")).isGreaterThan(30);
      assertThat(uses.get("result")).isGreaterThan(30);
      assertThat(gauge(client, REPEATED)).isGreaterThan(30);
    }
  }

  @Test
  void theSameBytesAreAnsweredWithoutBeingReadUntilTheirInstantComes() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      String body = request("\"k\":50");
      Answer computed = client.retrieve(body);
      client.retrieve(body);
      assertThat(gauge(client, REPEATED)).isZero();

      clock.set(NOW + 1);
      Answer again = client.retrieve(body);
      assertThat(gauge(client, REPEATED)).isEqualTo(1);
      assertThat(use(again)).isEqualTo("result");
      assertThat(again.json().path("requestTime").asLong()).isEqualTo(NOW + 1);
      assertThat(again.json().path("candidates")).isEqualTo(computed.json().path("candidates"));

      long validUntil = computed.json().path("validUntil").asLong();
      clock.set(validUntil);
      assertThat(use(client.retrieve(body))).isEqualTo("miss");
      // The clock is set back: bytes without a time of their own are read, and refused as before.
      clock.set(NOW - 200);
      assertThat(client.retrieve(body).status()).isEqualTo(400);
      assertThat(gauge(client, REPEATED)).isEqualTo(1);

      String replay = request("\"k\":50,\"requestTime\":%d".formatted(NOW));
      for (int i = 0; i < 3; i++) {
        assertThat(content(client.retrieve(replay))).isEqualTo(content(computed));
      }
      assertThat(gauge(client, REPEATED)).isEqualTo(2);
    }
  }

  @Test
  void afterASwapNothingOfTheFormerGenerationIsReturned() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      for (int i = 0; i < 3; i++) {
        client.retrieve(request("\"k\":50"));
      }
      assertThat(gauge(client, REPEATED)).isEqualTo(1);
      String next = generations.publish(2);
      Eventually.see(
          () -> client.get("/health/ready").json().path("generation").asText(), next::equals);

      Answer answer = client.retrieve(request("\"k\":50"));
      assertThat(use(answer)).isEqualTo("miss");
      assertThat(answer.json().path("generation").asText()).isEqualTo(next);
      assertThat(answer.itemIds())
          .isEqualTo(generations.exactTopK(next, Engine.REFERENCE, ROWS, TIMES, NOW, 50));
      // The former one's entries are gone as soon as it has closed.
      Eventually.see(() -> gauge(client, "hstu_cache_entries{cache=\"results\"}"), n -> n == 1);
      Eventually.see(() -> gauge(client, "hstu_cache_entries{cache=\"embeddings\"}"), n -> n == 1);
    }
  }

  @Test
  void deletedAndUpdatedItemsNeverComeFromAKeptList() throws Exception {
    try (RunningService service =
            start(Map.of("updates.enabled", "true", "updates.refresh-millis", "0"));
        ServiceClient client = new ServiceClient(service)) {
      String body = request("\"k\":300");
      List<String> gone = new ArrayList<>();
      for (int i = 0; i < 15; i++) {
        Answer before = client.retrieve(body);
        assertThat(use(client.retrieve(body))).isEqualTo("result");
        String victim = before.itemIds().get(i);
        assertThat(client.delete("/items/" + victim).status()).isEqualTo(200);
        gone.add(victim);
        Eventually.see(() -> client.retrieve(body).itemIds(), ids -> !ids.contains(victim));
        Answer after = client.retrieve(body);
        assertThat(after.itemIds()).doesNotContainAnyElementsOf(gone);
        List<String> expected = new ArrayList<>(before.itemIds());
        expected.remove(victim);
        assertThat(after.itemIds()).isEqualTo(expected);
      }
      String moved = client.retrieve(body).itemIds().getLast();
      double score = score(client.retrieve(body), moved);
      float[] vector = new float[16];
      vector[3] = 1;
      String json = "{\"vector\":%s}".formatted(Arrays.toString(vector));
      assertThat(
              client
                  .send(
                      client
                          .request("/items/" + moved)
                          .header("Content-Type", "application/json")
                          .PUT(BodyPublishers.ofString(json)))
                  .status())
          .isEqualTo(200);
      Eventually.see(() -> score(client.retrieve(body), moved), now -> now != score);
    }
  }

  @Test
  void aSetRegisteredAnewChangesTheNextAnswer() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      String body = request("\"k\":30,\"filter\":{\"not\":{\"set\":\"blocked\"}}");
      assertThat(client.retrieve(body).status()).isEqualTo(400);
      client.put("/sets/blocked", "[%s]".formatted(id(1)));
      List<String> before = client.retrieve(body).itemIds();
      assertThat(use(client.retrieve(body))).isEqualTo("result");

      client.put("/sets/blocked", "[%s,%s]".formatted(id(1), before.getFirst()));
      Answer after = client.retrieve(body);
      assertThat(use(after)).isEqualTo("embedding");
      assertThat(after.itemIds()).doesNotContain(before.getFirst());

      client.delete("/sets/blocked");
      assertThat(client.retrieve(body).status()).isEqualTo(400);
    }
  }

  @Test
  void equalRequestsAtOnceAreComputedOnce() throws Exception {
    try (RunningService service = start(Map.of("admission.workers", "4"));
        ServiceClient client = new ServiceClient(service)) {
      for (int round = 0; round < 5; round++) {
        String body = request("\"k\":%d,\"requestTime\":%d".formatted(100 + round, NOW + round));
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          answers.add(client.retrieveLater(body));
        }
        List<JsonNode> contents = new ArrayList<>();
        for (CompletableFuture<Answer> answer : answers) {
          assertThat(answer.get().status()).isEqualTo(200);
          contents.add(content(answer.get()));
        }
        assertThat(contents).containsOnly(contents.getFirst());
        assertThat(gauge(client, "hstu_retrieve_stage_seconds_count{stage=\"search\"}"))
            .isEqualTo(round + 1);
      }
      assertThat(gauge(client, "hstu_retrieve_in_flight")).isZero();
    }
  }

  @Test
  void switchedOffNothingIsKept() throws Exception {
    try (RunningService service = start(withoutCaches());
        ServiceClient client = new ServiceClient(service)) {
      for (int i = 0; i < 3; i++) {
        assertThat(use(client.retrieve(request("\"k\":50")))).isEqualTo("miss");
      }
      assertThat(gauge(client, "hstu_cache_entries{cache=\"results\"}")).isZero();
    }
    try (RunningService service = start(Map.of("cache.results-enabled", "false"));
        ServiceClient client = new ServiceClient(service)) {
      assertThat(use(client.retrieve(request("\"k\":50")))).isEqualTo("miss");
      assertThat(use(client.retrieve(request("\"k\":50")))).isEqualTo("embedding");
    }
  }

  @Test
  void thePopularListHasNoEnd() throws Exception {
    try (RunningService service = start(Map.of());
        ServiceClient client = new ServiceClient(service)) {
      JsonNode answer = client.retrieve("{\"k\":3}").json();
      assertThat(answer.has("validUntil")).isFalse();
      assertThat(answer.path("cache").asText()).isEqualTo("miss");
      assertThat(answer.path("candidates")).hasSize(3);
    }
  }

  private RunningService start(Map<String, String> settings) throws InterruptedException {
    RunningService service = RunningService.start(generations.configuration(settings), clock);
    service.awaitReady(Duration.ofSeconds(30));
    return service;
  }

  private static Map<String, String> withoutCaches() {
    return Map.of("cache.embeddings-enabled", "false", "cache.results-enabled", "false");
  }

  private static String use(Answer answer) {
    return answer.json().path("cache").asText();
  }

  /// An answer but for how it came about.
  private static JsonNode content(Answer answer) {
    return ((ObjectNode) answer.json()).without(List.of("cache", "timings", "search"));
  }

  private static double score(Answer answer, String itemId) {
    for (JsonNode candidate : answer.json().path("candidates")) {
      if (candidate.path("itemId").asText().equals(itemId)) {
        return candidate.path("score").asDouble();
      }
    }
    return Double.NaN;
  }

  private static int gauge(ServiceClient client, String name)
      throws IOException, InterruptedException {
    Matcher value =
        Pattern.compile("^" + Pattern.quote(name) + " ([0-9]+)", Pattern.MULTILINE)
            .matcher(client.get("/metrics").response().body());
    return value.find() ? Integer.parseInt(value.group(1)) : -1;
  }

  private static String request(String more) {
    return "{\"events\":%s,%s}".formatted(events(ROWS, TIMES), more);
  }

  private static String randomRequest(Random random) {
    Random history = new Random(random.nextInt(3));
    int[] rows = history.ints(1 + history.nextInt(30), 0, ITEMS).toArray();
    long[] times = new long[rows.length];
    long time = NOW;
    for (int i = times.length - 1; i >= 0; i--) {
      time -= history.nextInt(10_000);
      times[i] = time;
    }
    List<String> parts = new ArrayList<>();
    parts.add("\"events\":" + events(rows, times));
    parts.add("\"requestTime\":" + (NOW + random.nextInt(3) * 20L));
    parts.add("\"k\":" + (random.nextBoolean() ? 20 : 250));
    if (random.nextInt(3) == 0) {
      parts.add("\"excludeSeen\":false");
    }
    if (random.nextInt(3) == 0) {
      parts.add("\"excludeItemIds\":[%s]".formatted(id(random.nextInt(2))));
    }
    if (random.nextInt(3) == 0) {
      parts.add("\"filter\":{\"in\":{\"genres\":[\"g%d\"]}}".formatted(random.nextInt(2)));
    }
    Collections.shuffle(parts, random);
    return parts.stream().collect(Collectors.joining(",", "{", "}"));
  }

  private static String events(int[] rows, long[] times) {
    return IntStream.range(0, rows.length)
        .mapToObj(i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(rows[i]), times[i]))
        .collect(Collectors.joining(",", "[", "]"));
  }
}
