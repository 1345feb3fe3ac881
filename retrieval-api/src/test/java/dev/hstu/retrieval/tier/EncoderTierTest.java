package dev.hstu.retrieval.tier;

import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.network.LoopbackOnly;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A service whose histories are encoded in other processes, over real HTTP/2: the same answers, no
/// request lost with an encoder, and no vector of another model.
@ExtendWith(LoopbackOnly.class)
class EncoderTierTest {

  private static final int SENDERS = 6;

  @TempDir Path folder;
  private TinyGenerations generations;

  @BeforeEach
  void publish() throws Exception {
    generations = new TinyGenerations(folder);
    generations.publish(1);
  }

  @Test
  void answersAreThoseOfAnEngineInTheService() throws Exception {
    List<String> requests = IntStream.range(0, 40).mapToObj(EncoderTierTest::request).toList();
    List<JsonNode> own = new ArrayList<>();
    try (RunningService service = RunningService.start(generations.configuration(Map.of()));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      for (String request : requests) {
        own.add(untimed(client.retrieve(request)));
      }
    }
    try (EncoderServer encoder = encoder(Map.of());
        RunningService service = serve(Map.of(), encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      for (int i = 0; i < requests.size(); i++) {
        assertThat(untimed(client.retrieve(requests.get(i)))).isEqualTo(own.get(i));
      }

      JsonNode ready = client.get("/health/ready").json();
      assertThat(ready.path("encoders").path(0).path("circuit").asText()).isEqualTo("closed");
      assertThat(ready.path("encoders").path(0).path("models").path(0).asText())
          .isEqualTo(ready.path("model").asText());
      assertThat(client.get("/metrics").response().body())
          .contains("hstu_encoder_endpoint_calls_seconds_count", "hstu_encoder_endpoint_up");
      assertThat(new String(get(encoder.address().resolve("/metrics")), StandardCharsets.UTF_8))
          .contains("hstu_encoder_batch_users");
    }
  }

  @Test
  void killingOneOfTwoEncodersUnderLoadCostsNoRequest() throws Exception {
    killUnderLoad(1);
  }

  @Test
  @Tag("soak")
  void killingAllEncodersButOneUnderLoadCostsNoRequest() throws Exception {
    killUnderLoad(8);
  }

  /// Kills so many encoder processes one after another; one is left.
  private void killUnderLoad(int kills) throws Exception {
    List<EncoderTier.Encoder> encoders = new ArrayList<>();
    for (int i = 0; i <= kills; i++) {
      encoders.add(EncoderTier.start(generations));
    }
    for (int i = 0; i <= kills; i++) {
      encoders.set(i, encoders.get(i).awaitReady());
    }
    URI[] addresses = encoders.stream().map(EncoderTier.Encoder::address).toArray(URI[]::new);
    // Without caches every request needs an encoder.
    Map<String, String> settings =
        Map.of("cache.embeddings-enabled", "false", "cache.results-enabled", "false");
    try (RunningService service = serve(settings, addresses);
        ServiceClient client = new ServiceClient(service);
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      AtomicInteger answered = new AtomicInteger();
      AtomicInteger left = new AtomicInteger(SENDERS);
      List<Future<?>> sending = new ArrayList<>();
      AtomicInteger enough = new AtomicInteger(Integer.MAX_VALUE);
      for (int sender = 0; sender < SENDERS; sender++) {
        int first = sender;
        sending.add(
            senders.submit(
                () -> {
                  for (int i = first; answered.get() < enough.get(); i += SENDERS) {
                    Answer answer = client.retrieve(request(i % 200));
                    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
                    assertThat(answer.itemIds()).hasSize(20);
                    answered.incrementAndGet();
                  }
                  left.decrementAndGet();
                  return null;
                }));
      }
      for (int kill = 0; kill < kills; kill++) {
        int before = answered.get();
        Eventually.see(
            () -> answered.get() > before + 40 || left.get() < SENDERS, enoughSeen -> enoughSeen);
        encoders.get(kill).process().destroyForcibly().waitFor();
      }
      int last = answered.get();
      enough.set(last + 80);
      for (Future<?> sender : sending) {
        sender.get();
      }
    } finally {
      encoders.forEach(EncoderTier.Encoder::close);
    }
  }

  @Test
  void anEncoderThatStopsInOrderCostsNoRequest() throws Exception {
    Map<String, String> settings = Map.of("cache.embeddings-enabled", "false");
    try (EncoderServer first = encoder(Map.of());
        EncoderServer second = encoder(Map.of());
        RunningService service = serve(settings, first.address(), second.address());
        ServiceClient client = new ServiceClient(service);
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        String request = request(i);
        answers.add(senders.submit(() -> client.retrieve(request)));
        if (i == 150) {
          answers.get(60).get();
          first.close();
        }
      }
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().status()).as(answer.get().response().body()).isEqualTo(200);
      }
    }
  }

  @Test
  void anEncoderThatNeverAnswersIsLeftForAnother() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        EncoderServer good = encoder(Map.of());
        RunningService service =
            serve(
                Map.of("encoder.attempt-millis", "2000"),
                URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                good.address());
        ServiceClient client = new ServiceClient(service)) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.retrieve(request(i)).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void anEncoderOfAnotherModelIsRefusedWithBothFingerprints() throws Exception {
    String first = generations.store().currentId().orElseThrow();
    Path model = generations.store().root().resolve(first).resolve("model");
    try (EncoderServer other = encoder(Map.of("encoder-server.model", model.toString()))) {
      String itsModel = EncoderTier.awaitModel(other);
      String second = generations.publish(2);
      String wanted = generations.store().manifest(second).modelFingerprint();
      try (RunningService service =
              RunningService.start(
                  configuration(Map.of("encoder.model-wait-seconds", "1"), other.address()));
          ServiceClient client = new ServiceClient(service)) {
        String detail =
            Eventually.see(
                () -> client.get("/health/ready").json().path("detail").asText(),
                text -> text.contains("and not"));

        assertThat(detail).contains("has model " + itsModel + " and not " + wanted);
        assertThat(client.retrieve(request(1)).status()).isEqualTo(503);
      }
    }
  }

  @Test
  void encodersFollowAPublishAndKeepTheModelBefore() throws Exception {
    try (EncoderServer encoder = encoder(Map.of());
        RunningService service = serve(Map.of(), encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      List<String> before = encoder.models();
      String second = generations.publish(2);

      JsonNode answer =
          Eventually.see(
              () -> client.retrieve(request(3)).json(),
              json -> json.path("generation").asText().equals(second));

      assertThat(answer.path("candidates")).hasSize(20);
      assertThat(encoder.models())
          .containsExactly(
              generations.store().manifest(second).modelFingerprint(), before.getFirst());
      String third = generations.publish(3);
      Eventually.see(
          () -> client.retrieve(request(4)).json().path("generation").asText(), third::equals);
      assertThat(encoder.models()).hasSize(2).doesNotContain(before.getFirst());
    }
  }

  @Test
  void withoutAnyEncoderAnswersSaySoAndReadinessGoesUntilOneIsBack() throws Exception {
    EncoderServer encoder = encoder(Map.of());
    String port = Integer.toString(encoder.address().getPort());
    try (RunningService service = serve(Map.of(), encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      assertThat(client.retrieve(request(1)).status()).isEqualTo(200);
      encoder.close();

      Eventually.see(() -> client.get("/health/ready").status(), status -> status == 503);
      Answer refused = client.retrieve(request(2));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.json().path("type").asText()).endsWith("encoder-unavailable");
      assertThat(refused.header("Retry-After")).isNotEmpty();
      assertThat(client.retrieve(request(1)).json().path("cache").asText())
          .as("what is kept is still answered")
          .isEqualTo("result");

      try (EncoderServer back = encoder(Map.of("encoder-server.port", port))) {
        EncoderTier.awaitModel(back);
        Eventually.see(() -> client.get("/health/ready").status(), status -> status == 200);
        Eventually.see(() -> client.retrieve(request(2)).status(), status -> status == 200);
      }
    }
  }

  @Test
  void embeddingsAndBatchesComeFromTheTierToo() throws Exception {
    try (EncoderServer encoder = encoder(Map.of());
        RunningService service = serve(Map.of(), encoder.address());
        ServiceClient client = new ServiceClient(service)) {
      String history = request(5).replace(",\"k\":20", "");
      Answer embedded =
          client.send(
              client
                  .request("/embed")
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString("[%s,{},%s]".formatted(history, history))));

      assertThat(embedded.status()).as(embedded.response().body()).isEqualTo(200);
      JsonNode rows = embedded.json().path("embeddings");
      assertThat(rows.path(0).path("values")).hasSize(16).isEqualTo(rows.path(2).path("values"));
      assertThat(rows.path(1).has("values")).isFalse();
      assertThat(client.retrieve(request(5)).json().path("cache").asText()).isEqualTo("embedding");
    }
  }

  private EncoderServer encoder(Map<String, String> settings) throws Exception {
    Map<String, String> all = new HashMap<>(Map.of("encoder-server.port", "0"));
    all.putAll(settings);
    EncoderServer encoder = EncoderServer.start(generations.configuration(all));
    EncoderTier.awaitModel(encoder);
    return encoder;
  }

  private RunningService serve(Map<String, String> settings, URI... encoders) throws Exception {
    RunningService service = RunningService.start(configuration(settings, encoders));
    service.awaitReady(Duration.ofSeconds(30));
    return service;
  }

  private ServiceConfiguration configuration(Map<String, String> settings, URI... encoders) {
    Map<String, String> all = new HashMap<>(EncoderTier.endpoints(encoders));
    // What is killed resets its connections; what is slow on a busy machine is waited for.
    all.put("encoder.attempt-millis", "10000");
    all.putAll(settings);
    return generations.configuration(all);
  }

  private static byte[] get(URI address) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray()).body();
    }
  }

  private static ObjectNode untimed(Answer answer) {
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    ObjectNode json = answer.json().deepCopy();
    json.remove("timings");
    return json;
  }

  private static String request(int seed) {
    Random random = new Random(seed);
    String events =
        IntStream.range(0, 1 + random.nextInt(30))
            .mapToObj(
                i ->
                    "{\"itemId\":%s,\"timestamp\":%d}"
                        .formatted(id(random.nextInt(ITEMS)), 100 * i))
            .collect(Collectors.joining(",", "[", "]"));
    return "{\"events\":%s,\"requestTime\":5000,\"k\":20}".formatted(events);
  }
}
