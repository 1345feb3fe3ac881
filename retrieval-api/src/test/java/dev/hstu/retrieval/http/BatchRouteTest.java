package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// `POST /retrieve/batch` over real HTTP: the answers of `POST /retrieve` line by line and in
/// order, within bounds, whatever the client does.
class BatchRouteTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private TinyGenerations generations;
  private String generation = "";
  private RunningService service;
  private ServiceClient client;

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void everyLineIsAnsweredInOrderAsByRetrieveAndABadOneSpoilsNone() throws Exception {
    serve(Map.of("retrieval.max-events", "50"));
    List<String> lines = new ArrayList<>();
    for (int seed = 0; seed < 100; seed++) {
      lines.add(request(seed));
    }
    lines.set(0, "{\"k\":0,\"requestTime\":5}");
    lines.set(7, "{\"id\":\"seven\",\"k\":\"many\"}");
    lines.set(40, "nonsense");
    lines.set(41, "{\"id\":41,\"filter\":{\"in\":{\"nowhere\":[1]}}}");
    lines.set(42, "{\"events\":[{\"itemId\":1,\"timestamp\":11}],\"requestTime\":10}");
    lines.set(50, "{\"k\":7,\"requestTime\":5}");
    lines.set(99, "[1]");

    List<JsonNode> answers = batch(String.join("\n", lines) + "\n");

    assertThat(answers).hasSize(100);
    for (int i = 0; i < lines.size(); i++) {
      JsonNode answer = answers.get(i);
      assertThat(answer.path("line").asInt()).isEqualTo(i + 1);
      Answer alone = client.retrieve(withoutId(lines.get(i)));
      if (alone.status() == 200) {
        assertThat(answer.has("problem")).isFalse();
        assertThat(untimed(answer.path("answer"))).isEqualTo(untimed(alone.json()));
        if (!alone.json().has("fallback")) {
          assertThat(answer.path("answer").path("cache").asText()).isEqualTo("miss");
          assertThat(alone.json().path("cache").asText()).isEqualTo("embedding");
        }
      } else {
        assertThat(answer.has("answer")).isFalse();
        assertThat(answer.path("problem")).isEqualTo(alone.json());
      }
    }
    assertThat(answers.get(1).path("id").asText()).isEqualTo("user 1");
    assertThat(answers.get(7).path("id").asText()).isEqualTo("seven");
    assertThat(answers.get(41).path("id").asText()).isEqualTo("41");
    assertThat(answers.get(50).has("id")).isFalse();
    assertThat(answers.get(50).path("answer").path("fallback").asText()).isEqualTo("popular");
  }

  @Test
  void blankLinesAreCountedTooLongOnesRefusedAndTooManyEndTheBatch() throws Exception {
    serve(Map.of("batch.max-line-bytes", "1024", "batch.max-lines", "6"));

    List<JsonNode> answers =
        batch("{\"k\":1}\r\n\n  \n" + " ".repeat(1025) + "\n{\"k\":2}\n{\"k\":3}\n{\"k\":4}\n{}");

    assertThat(answers).extracting(a -> a.path("line").asInt()).containsExactly(1, 4, 5, 6, 7);
    assertThat(answers.get(0).path("answer").path("candidates")).hasSize(1);
    assertThat(detail(answers.get(1)))
        .isEqualTo(
            "the line is longer than 1024 bytes; send fewer events, or raise"
                + " batch.max-line-bytes");
    assertThat(answers.get(2).path("answer").path("candidates")).hasSize(2);
    assertThat(detail(answers.get(4)))
        .isEqualTo(
            "the batch has more than 6 lines; this one and all after it were not taken, send them"
                + " in another, or raise batch.max-lines");
    assertThat(batch("")).isEmpty();
    assertThat(batch("{\"k\":1}")).hasSize(1);
  }

  @Test
  void aLineIsAnsweredBeforeTheNextIsSentAndEachNamesTheGenerationOfItsMoment() throws Exception {
    serve(Map.of());
    try (BatchConnection batch = new BatchConnection(service.address())) {
      assertThat(ask(batch, 1)).isEqualTo(generation);
      assertThat(ask(batch, 2)).isEqualTo(generation);

      String next = generations.publish(2);
      Eventually.see(
          () -> client.get("/health/ready").json().path("generation").asText(), next::equals);

      assertThat(ask(batch, 3)).isEqualTo(next);
      batch.end();
      assertThat(batch.read()).isNull();
    }
  }

  @Test
  void tenThousandLinesPassInOrderInFlatMemory() throws Exception {
    serve(Map.of());
    int lines = 10_000;
    try (BatchConnection batch = new BatchConnection(service.address())) {
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(batch, lines));
      long early = 0;
      for (int line = 1; line <= lines; line++) {
        JsonNode answer = batch.read();
        assertThat(answer.path("line").asInt()).isEqualTo(line);
        assertThat(answer.path("id").asText()).isEqualTo("user " + line);
        assertThat(answer.path("answer").path("candidates").size()).isPositive();
        if (line == lines / 5) {
          early = usedBytes();
        }
      }
      long late = usedBytes();
      assertThat(batch.read()).isNull();
      sending.join();

      assertThat(late - early).as("heap grown over 8,000 lines").isLessThan(8L << 20);
    }
  }

  @Test
  void aClientThatStopsReadingStopsTheWorkAndOneThatLeavesFreesItsPlace() throws Exception {
    serve(Map.of("batch.max-streams", "1"));
    int lines = 20_000;
    try (BatchConnection batch = new BatchConnection(service.address())) {
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(batch, lines));
      batch.read();

      double answered = Eventually.see(this::answeredInASecond, Answered::resting).total();

      assertThat(answered).isLessThan(lines / 2.0);
      assertThat(sending).as("the client is held back").isNotDone();
      Answer second = sendBatch("{}");
      assertThat(second.status()).isEqualTo(429);
      assertThat(second.json().path("detail").asText())
          .isEqualTo(
              "1 batches are answered already; try again after Retry-After seconds, or raise"
                  + " batch.max-streams");
      batch.close();
      assertThatThrownBy(sending::join).hasCauseInstanceOf(IllegalStateException.class);
    }
    Eventually.see(() -> sendBatch("{\"k\":1}").status(), status -> status == 200);
    assertThat(metric("hstu_retrieve_in_flight")).isZero();
  }

  @Test
  void aClientThatBreaksOffInTheMiddleOfALineFreesItsPlace() throws Exception {
    serve(Map.of("batch.max-streams", "1"));
    for (int i = 0; i < 10; i++) {
      try (BatchConnection batch = new BatchConnection(service.address())) {
        batch.write(request(i) + "\n{\"k\":");
        batch.flush();
        batch.read();
      }
      Eventually.see(() -> sendBatch("{\"k\":1}").status(), status -> status == 200);
    }
    for (int i = 0; i < 10; i++) {
      try (BatchConnection batch = new BatchConnection(service.address())) {
        batch.write(request(i) + "\n{\"k\":");
        batch.flush();
      }
    }
    Eventually.see(() -> sendBatch("{\"k\":1}").status(), status -> status == 200);
  }

  @Test
  void aClientThatNeitherReadsNorSendsIsClosedAndFreesItsPlace() throws Exception {
    serve(Map.of("batch.max-streams", "1", "serving.idle-seconds", "1"));
    try (BatchConnection batch = new BatchConnection(service.address())) {
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(batch, 20_000));
      batch.read();

      Eventually.see(() -> sendBatch("{\"k\":1}").status(), status -> status == 200);
      assertThatThrownBy(sending::join).hasCauseInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aBatchThatSendsForTooLongEndsWithItsProblem() throws Exception {
    serve(Map.of("batch.deadline-seconds", "3"));
    try (BatchConnection batch = new BatchConnection(service.address())) {
      assertThat(ask(batch, 1)).isEqualTo(generation);

      JsonNode last = batch.read();

      assertThat(last.path("line").asInt()).isEqualTo(2);
      assertThat(detail(last))
          .isEqualTo(
              "the batch took more than 3 s; this line and all after it were not taken, send them"
                  + " in another, or raise batch.deadline-seconds");
      assertThat(batch.read()).isNull();
    }
  }

  @Test
  void theContractsExampleIsAnswered() throws Exception {
    serve(Map.of());
    Map<String, Object> contract = new Yaml().load(client.get("/openapi.yml").response().body());
    Map<?, ?> schemas = (Map<?, ?>) ((Map<?, ?>) contract.get("components")).get("schemas");
    Object example = ((Map<?, ?>) schemas.get("BatchRequest")).get("example");

    JsonNode answer = batch(JSON.writeValueAsString(example)).getFirst();

    assertThat(answer.path("id").asText()).isEqualTo("user-1");
    assertThat(answer.path("answer").path("candidates")).hasSize(3);
  }

  private void serve(Map<String, String> settings) throws IOException, InterruptedException {
    generations = new TinyGenerations(folder);
    generation = generations.publish(1);
    service = RunningService.start(generations.configuration(settings));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  private Answer sendBatch(String body) throws IOException, InterruptedException {
    return client.send(
        client
            .request("/retrieve/batch")
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofString(body)));
  }

  private List<JsonNode> batch(String body) throws IOException, InterruptedException {
    Answer answer = sendBatch(body);
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    assertThat(answer.contentType()).startsWith("application/x-ndjson");
    List<JsonNode> lines = new ArrayList<>();
    for (String line : answer.response().body().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  /// One line there and back.
  private static String ask(BatchConnection batch, int line) throws IOException {
    batch.write(request(line) + "\n");
    batch.flush();
    JsonNode answer = batch.read();
    assertThat(answer.path("line").asInt()).isEqualTo(line);
    return answer.path("answer").path("generation").asText();
  }

  private static void send(BatchConnection batch, int lines) {
    try {
      for (int line = 1; line <= lines; line++) {
        batch.write(request(line) + "\n");
      }
      batch.end();
    } catch (IOException e) {
      throw new IllegalStateException("the connection was closed", e);
    }
  }

  /// A history of its own for each seed, some longer than the model's window of 20, and no server
  /// clock.
  private static String request(int seed) {
    Random random = new Random(seed);
    int events = 1 + random.nextInt(30);
    return IntStream.range(0, events)
        .mapToObj(
            i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(random.nextInt(300)), 100L * i))
        .collect(
            Collectors.joining(
                ",",
                "{\"id\":\"user %d\",\"k\":%d,\"requestTime\":%d,\"events\":["
                    .formatted(seed, 1 + random.nextInt(60), 100L * events + seed),
                "]}"));
  }

  private static String withoutId(String line) {
    return line.replaceFirst("\"id\":(\"[^\"]*\"|[0-9]+),", "");
  }

  private static JsonNode untimed(JsonNode answer) {
    ObjectNode copy = answer.deepCopy();
    copy.remove(List.of("timings", "cache"));
    return copy;
  }

  private static String detail(JsonNode answer) {
    return answer.path("problem").path("detail").asText();
  }

  /// Lines answered so far, and how many of them in the last second.
  private record Answered(double total, double lately) {
    boolean resting() {
      return lately == 0;
    }
  }

  private final Map<String, Double> seen = new HashMap<>();

  private Answered answeredInASecond() throws Exception {
    double total = metric("hstu_retrieve_stage_seconds_count{stage=\"total\"}");
    double before = seen.getOrDefault("total", 0.0);
    seen.put("total", total);
    new CountDownLatch(1).await(1, TimeUnit.SECONDS);
    return new Answered(total, total - before);
  }

  private double metric(String name) throws IOException, InterruptedException {
    Matcher value =
        Pattern.compile("^" + Pattern.quote(name) + " ([0-9.E]+)$", Pattern.MULTILINE)
            .matcher(client.get("/metrics").response().body());
    return value.find() ? Double.parseDouble(value.group(1)) : 0;
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
