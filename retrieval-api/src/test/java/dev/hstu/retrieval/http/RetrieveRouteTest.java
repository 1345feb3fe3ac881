package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.FIRST_ID;
import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.encoder.Engine;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `POST /retrieve` over real HTTP, on a real generation: what is returned, left out and said.
class RetrieveRouteTest {

  private static final long NOW = 1_700_000_000L;

  @TempDir static Path folder;
  private static TinyGenerations generations;
  private static String generation;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws IOException, InterruptedException {
    generations = new TinyGenerations(folder);
    generation = generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(Map.of()), InstantSource.fixed(Instant.ofEpochSecond(NOW)));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theListIsWhatAnExactScanOfTheEncodersEmbeddingFinds(long seed) throws Exception {
    Random random = new Random(seed);
    int[] rows = random.ints(1 + random.nextInt(40), 0, ITEMS).toArray();
    long[] times = IntStream.range(0, rows.length).mapToLong(i -> 1000L * i).toArray();
    long requestTime = 1000L * rows.length + random.nextInt(100_000);
    int k = 1 + random.nextInt(200);

    Answer answer =
        client.retrieve(
            "{\"events\":%s,\"requestTime\":%d,\"k\":%d}"
                .formatted(events(rows, times), requestTime, k));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("application/json");
    assertThat(answer.itemIds())
        .isEqualTo(
            generations.exactTopK(generation, Engine.REFERENCE, rows, times, requestTime, k));
  }

  @Test
  void anAnswerNamesItsGenerationEngineTimeAndTimings() throws Exception {
    JsonNode answer = client.retrieve(oneEvent("\"requestTime\":1000600")).json();

    assertThat(answer.path("generation").asText()).isEqualTo(generation);
    assertThat(answer.path("engine").asText()).contains("reference");
    assertThat(answer.path("requestTime").asLong()).isEqualTo(1_000_600);
    assertThat(answer.path("unknownItems").asInt()).isZero();
    assertThat(answer.has("fallback")).isFalse();
    assertThat(answer.has("shortfall")).isFalse();
    JsonNode timings = answer.path("timings");
    assertThat(timings.path("encodeMicros").asLong()).isPositive();
    assertThat(timings.path("searchMicros").asLong()).isPositive();
    assertThat(timings.path("totalMicros").asLong())
        .isGreaterThanOrEqualTo(
            timings.path("encodeMicros").asLong() + timings.path("searchMicros").asLong());
  }

  @Test
  void scoresDescendAndAreCosines() throws Exception {
    JsonNode candidates =
        client.retrieve(oneEvent("\"k\":300,\"excludeSeen\":false")).json().path("candidates");
    List<Double> scores =
        IntStream.range(0, candidates.size())
            .mapToObj(i -> candidates.get(i).path("score").asDouble())
            .toList();

    assertThat(scores).hasSize(ITEMS).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(scores).allSatisfy(score -> assertThat(score).isBetween(-1.00001, 1.00001));
  }

  @Test
  void withoutKAHundredComeAndWhatWasSeenIsLeftOut() throws Exception {
    Answer answer = client.retrieve(oneEvent("\"requestTime\":2000000"));

    assertThat(answer.itemIds()).hasSize(100).doesNotContain(id(5)).doesNotHaveDuplicates();
  }

  @Test
  void seenItemsComeBackWhenAskedFor() throws Exception {
    Answer answer = client.retrieve(oneEvent("\"excludeSeen\":false,\"k\":300"));

    assertThat(answer.itemIds()).hasSize(ITEMS).contains(id(5));
  }

  @Test
  void seenMeansAllEventsSentAndNotOnlyTheModelsWindow() throws Exception {
    int[] rows = IntStream.range(0, 50).toArray(); // the model keeps 20
    long[] times = IntStream.range(0, 50).mapToLong(i -> i).toArray();

    Answer answer =
        client.retrieve(
            "{\"events\":%s,\"requestTime\":60,\"k\":250}".formatted(events(rows, times)));

    assertThat(answer.itemIds())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(50, ITEMS).mapToObj(TinyGenerations::id).toList());
  }

  @Test
  void listedItemsAreLeftOutAndUnknownOnesDoNothing() throws Exception {
    Answer answer =
        client.retrieve(
            oneEvent(
                "\"k\":297,\"excludeItemIds\":[%s,\"%s\",\"nobody\",12]".formatted(id(7), id(8))));

    assertThat(answer.itemIds()).hasSize(297).doesNotContain(id(5), id(7), id(8));
    assertThat(answer.json().has("shortfall")).isFalse();
  }

  @Test
  void tooFewItemsAreAStatedShortfall() throws Exception {
    JsonNode answer = client.retrieve(oneEvent("\"k\":1000")).json();

    assertThat(answer.path("candidates")).hasSize(ITEMS - 1);
    assertThat(answer.path("shortfall").path("requested").asInt()).isEqualTo(1000);
    assertThat(answer.path("shortfall").path("returned").asInt()).isEqualTo(ITEMS - 1);
    assertThat(answer.path("shortfall").path("reason").asText())
        .isEqualTo("the catalogue has 300 items and 1 of them are seen or excluded");
  }

  @Test
  void idsBeyondADoublesIntegersAreKeptWhetherNumbersOrStrings() throws Exception {
    // 2^53 + 3 and its neighbour, which one double stands for.
    long odd = FIRST_ID + 2;
    long even = FIRST_ID + 3;
    assertThat((double) odd).isEqualTo((double) even);

    Answer number = client.retrieve(request(Long.toString(odd)));
    Answer string = client.retrieve(request("\"%d\"".formatted(odd)));
    Answer neighbour = client.retrieve(request(Long.toString(even)));

    assertThat(number.itemIds()).isEqualTo(string.itemIds()).isNotEqualTo(neighbour.itemIds());
    assertThat(number.json().path("unknownItems").asInt()).isZero();
    assertThat(number.json().path("candidates")).allMatch(c -> c.path("itemId").isTextual());
  }

  @Test
  void unknownItemsAreSkippedAndCounted() throws Exception {
    Answer known = client.retrieve(oneEvent("\"requestTime\":2000000"));
    Answer mixed =
        client.retrieve(
            """
            {"events":[{"itemId":"nobody","timestamp":1},{"itemId":%s,"timestamp":1000000},
                       {"itemId":100000,"timestamp":1000000}],
             "requestTime":2000000}"""
                .formatted(id(5)));

    assertThat(mixed.json().path("unknownItems").asInt()).isEqualTo(2);
    assertThat(mixed.json().has("fallback")).isFalse();
    assertThat(mixed.itemIds()).isEqualTo(known.itemIds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"k\":10}",
        "{\"userId\":null,\"events\":null,\"requestTime\":null,\"k\":10,\"excludeSeen\":null}",
        "{\"events\":[],\"k\":10,\"userId\":42}",
        "{\"events\":[{\"itemId\":\"nobody\",\"timestamp\":1}],\"k\":10}"
      })
  void withoutAKnownEventThePopularItemsAnswerAndSaySo(String body) throws Exception {
    Answer answer = client.retrieve(body);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("fallback").asText()).isEqualTo("popular");
    assertThat(answer.itemIds()).isEqualTo(mostPopular(10, List.of()));
    assertThat(answer.json().path("candidates").get(0).path("score").asDouble())
        .isEqualTo((double) TinyGenerations.interactions(row(answer.itemIds().getFirst())));
  }

  @Test
  void popularItemsAreFilteredToo() throws Exception {
    List<String> excluded = mostPopular(3, List.of());

    Answer answer =
        client.retrieve("{\"k\":5,\"excludeItemIds\":[%s]}".formatted(String.join(",", excluded)));

    assertThat(answer.itemIds()).isEqualTo(mostPopular(5, excluded));
  }

  @Test
  void withoutARequestTimeTheServersClockCounts() throws Exception {
    assertThat(client.retrieve(oneEvent("\"k\":1")).json().path("requestTime").asLong())
        .isEqualTo(NOW);
  }

  /// A history of one item, whose id stands in the JSON as given.
  private static String request(String itemId) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":1}],\"requestTime\":9,\"k\":50}"
        .formatted(itemId);
  }

  private static String oneEvent(String more) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":1000000,\"action\":4.5}],%s}"
        .formatted(id(5), more);
  }

  private static String events(int[] rows, long[] times) {
    return IntStream.range(0, rows.length)
        .mapToObj(i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(rows[i]), times[i]))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static int row(String id) {
    return Math.toIntExact(Long.parseLong(id) - FIRST_ID);
  }

  private static List<String> mostPopular(int count, List<String> excluded) {
    return IntStream.range(0, ITEMS)
        .boxed()
        .filter(row -> !excluded.contains(id(row)))
        .sorted(
            Comparator.<Integer>comparingLong(row -> -TinyGenerations.interactions(row))
                .thenComparing(row -> row))
        .limit(count)
        .map(TinyGenerations::id)
        .toList();
  }
}
