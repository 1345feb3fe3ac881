package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.Generation;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/// `POST /embed` over real HTTP: bits equal the engine's own, as JSON and as raw float32, and wrong
/// requests get the problems of `POST /retrieve`.
class EmbedRouteTest {

  private static final long NOW = 1_700_000_000L;
  private static final int MAX_HISTORIES = 5;
  private static final int DIMENSION = 16;

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
            generations.configuration(
                Map.of(
                    "embed.max-histories",
                    Integer.toString(MAX_HISTORIES),
                    "retrieval.max-events",
                    "60")),
            InstantSource.fixed(Instant.ofEpochSecond(NOW)));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  @Test
  void everyEmbeddingOfAListHasTheBitsOfTheEnginesOwn() throws Exception {
    List<UserHistory> histories = histories(MAX_HISTORIES);
    String body = histories.stream().map(EmbedRouteTest::json).collect(list());

    JsonNode answer = embed(body).json();
    HttpResponse<byte[]> raw = embedRaw(body);

    assertThat(answer.path("generation").asText()).isEqualTo(generation);
    assertThat(answer.path("model").asText()).matches("[0-9a-f]{64}");
    assertThat(answer.path("dimension").asInt()).isEqualTo(DIMENSION);
    assertThat(raw.headers().firstValue("Hstu-Generation")).hasValue(generation);
    assertThat(raw.headers().firstValue("Hstu-Model")).hasValue(answer.path("model").asText());
    assertThat(raw.headers().firstValue("Hstu-Shape")).hasValue("5,16");
    float[][] own = ownEmbeddings(histories);
    for (int i = 0; i < own.length; i++) {
      JsonNode one = answer.path("embeddings").path(i);
      assertThat(one.path("requestTime").asLong()).isEqualTo(histories.get(i).requestTime());
      assertThat(one.path("unknownItems").asInt()).isZero();
      assertThat(values(one)).as("JSON, history %d", i).isEqualTo(own[i]);
      assertThat(row(raw.body(), i)).as("raw, history %d", i).isEqualTo(own[i]);
    }
  }

  @Test
  void oneHistoryIsAnsweredAsAListOfOne() throws Exception {
    UserHistory history = histories(1).getFirst();

    JsonNode answer = embed(json(history)).json();

    assertThat(answer.path("embeddings")).hasSize(1);
    assertThat(values(answer.path("embeddings").path(0)))
        .isEqualTo(ownEmbeddings(List.of(history))[0]);
  }

  @Test
  void withoutAKnownEventThereIsNoEmbeddingAndARawRowIsZeros() throws Exception {
    String body =
        "[{},{\"events\":[{\"itemId\":\"nobody\",\"timestamp\":1}]},%s]"
            .formatted(json(histories(1).getFirst()));

    JsonNode embeddings = embed(body).json().path("embeddings");
    byte[] raw = embedRaw(body).body();

    assertThat(embeddings.path(0).has("values")).isFalse();
    assertThat(embeddings.path(0).path("requestTime").asLong()).isEqualTo(NOW);
    assertThat(embeddings.path(1).has("values")).isFalse();
    assertThat(embeddings.path(1).path("unknownItems").asInt()).isOne();
    assertThat(embeddings.path(2).path("values")).hasSize(DIMENSION);
    assertThat(row(raw, 0)).containsOnly(0);
    assertThat(row(raw, 1)).containsOnly(0);
    assertThat(row(raw, 2)).isEqualTo(values(embeddings.path(2)));
    assertThat(embed("[]").json().path("embeddings")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          {'k':1}                                                           | unknown-field    | /k
          {'requestTime':1700000000000}                                     | milliseconds     | /requestTime
          [{},{'evnts':[]}]                                                 | unknown-field    | /1/evnts
          [{},{'events':[{'itemId':1,'timestamp':9},{'itemId':2,'timestamp':8}]}] | unsorted-events | /1/events/1/timestamp
          [{'events':[{'itemId':1,'timestamp':11}],'requestTime':10}]       | future-event     | /0/events/0/timestamp
          [{},{},{},{},{},{}]                                               | too-many-entries | ''
          [{},7]                                                            | wrong-type       | /1
          7                                                                 | wrong-type       | ''
          [{},                                                              | malformed-json   | ''
          """)
  void aWrongRequestIsRefusedAndItsValuePointedAt(String body, String type, String field)
      throws Exception {
    Answer answer = embed(body.replace('\'', '"'));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    assertThat(answer.json().path("type").asText()).isEqualTo("/errors#" + type);
    assertThat(answer.json().path("field").asText()).isEqualTo(field.replace("''", ""));
  }

  @Test
  void theEventsOfAHistoryAreBoundedAndTheListIsNamedByItsPlace() throws Exception {
    String events =
        IntStream.range(0, 61)
            .mapToObj(i -> "{\"itemId\":1,\"timestamp\":%d}".formatted(i))
            .collect(list());

    JsonNode problem = embed("[{},{\"events\":%s}]".formatted(events)).json();

    assertThat(problem.path("field").asText()).isEqualTo("/1/events");
    assertThat(problem.path("detail").asText())
        .isEqualTo("events has more than 60 entries; send the newest ones");
  }

  @Test
  void anotherRepresentationIsNotThere() throws Exception {
    Answer answer = client.send(request("{}").header("Accept", "application/x-protobuf"));

    assertThat(answer.status()).isEqualTo(406);
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
  }

  @Test
  void theContractsExampleIsAnswered() throws Exception {
    Map<String, Object> contract = new Yaml().load(client.get("/openapi.yml").response().body());
    Map<?, ?> schemas = (Map<?, ?>) ((Map<?, ?>) contract.get("components")).get("schemas");
    Object example = ((Map<?, ?>) schemas.get("History")).get("example");

    Answer answer = embed(new ObjectMapper().writeValueAsString(example));

    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    assertThat(answer.json().path("embeddings").path(0).path("values")).hasSize(DIMENSION);
  }

  private static Answer embed(String body) throws IOException, InterruptedException {
    return client.send(request(body));
  }

  private static HttpRequest.Builder request(String body) {
    return client
        .request("/embed")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private static HttpResponse<byte[]> embedRaw(String body)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request = request(body).header("Accept", "application/octet-stream").build();
      HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type")).hasValue("application/octet-stream");
      return answer;
    }
  }

  /// Histories shorter and longer than the model's window of 20.
  private static List<UserHistory> histories(int count) {
    List<UserHistory> histories = new ArrayList<>();
    for (int seed = 0; seed < count; seed++) {
      Random random = new Random(seed);
      int events = 1 + seed * 9;
      int[] items = random.ints(events, 1, TinyGenerations.ITEMS + 1).toArray();
      long[] times = IntStream.range(0, events).mapToLong(i -> 1000L * i).toArray();
      histories.add(new UserHistory(items, times, 1000L * events + random.nextInt(100_000)));
    }
    return histories;
  }

  private static String json(UserHistory history) {
    return "{\"events\":%s,\"requestTime\":%d}"
        .formatted(
            IntStream.range(0, history.length())
                .mapToObj(
                    i ->
                        "{\"itemId\":%s,\"timestamp\":%d}"
                            .formatted(id(history.items()[i] - 1), history.times()[i]))
                .collect(list()),
            history.requestTime());
  }

  private static Collector<CharSequence, ?, String> list() {
    return Collectors.joining(",", "[", "]");
  }

  private static float[][] ownEmbeddings(List<UserHistory> histories) throws IOException {
    try (Generation opened = generations.store().open(generation);
        OpenModel model = ModelFolder.open(opened.modelFolder());
        UserEncoder encoder =
            Encoder.open(model.model(), EngineChoice.of(Engine.REFERENCE).withThreads(1))) {
      return encoder.encode(histories);
    }
  }

  private static float[] values(JsonNode embedding) {
    float[] values = new float[embedding.path("values").size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = embedding.path("values").path(i).floatValue();
    }
    return values;
  }

  private static float[] row(byte[] rows, int row) {
    float[] values = new float[DIMENSION];
    ByteBuffer.wrap(rows)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(row * DIMENSION, values);
    return values;
  }
}
