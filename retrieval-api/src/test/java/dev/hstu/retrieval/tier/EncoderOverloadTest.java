package dev.hstu.retrieval.tier;

import static dev.hstu.retrieval.serving.TinyGenerations.ITEMS;
import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service with more to encode than its encoder manages, whose own workers are idle: its answers
/// get cheaper, and none is refused.
class EncoderOverloadTest {

  private static final int EVENTS = 60;

  /// More at a time than one encoder's thread and all workers.
  private static final int SENDERS = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Of plain Java, quadratic in the events: some milliseconds a user.
  private static final HstuConfig SLOW =
      new HstuConfig(ITEMS, EVENTS, 2, 32, 2, 16, 16, 4, 0.05, 1);

  /// Nothing is refused for its latency, so nothing but waits can say that there is too much.
  private static final Map<String, String> SETTINGS =
      Map.of(
          "admission.workers",
          "8",
          "admission.adaptive",
          "false",
          "admission.deadline-millis",
          "120000",
          "encoder.attempt-millis",
          "60000",
          "cache.embeddings-enabled",
          "false",
          "cache.results-enabled",
          "false",
          "encoder.batch-threads",
          "1",
          "encoder.batch-max-users",
          "1",
          "ladder.target-wait-millis",
          "5",
          "ladder.steps",
          "smaller-search,shorter-history,stale-embedding,popular");

  @TempDir static Path folder;
  private static TinyGenerations generations;

  @BeforeAll
  static void publish() throws Exception {
    generations = new TinyGenerations(folder);
    generations.publish(1, SLOW);
  }

  @Test
  void theQueueOfAnEncoderElsewhereLeadsToCheaperAnswers() throws Exception {
    try (EncoderServer encoder =
        EncoderServer.start(configured(Map.of("encoder-server.port", "0")))) {
      EncoderTier.awaitModel(encoder);
      overload(Map.of("encoder.endpoints", encoder.address().toString()));
    }
  }

  @Test
  void soDoesTheQueueOfSharedCallsInTheService() throws Exception {
    overload(Map.of("encoder.batch-wait-micros", "200"));
  }

  /// Keeps many requests under way until one is answered at a step that spares the encoder.
  private static void overload(Map<String, String> settings) throws Exception {
    try (RunningService service = RunningService.start(configured(settings));
        ServiceClient client = new ServiceClient(service);
        ExecutorService senders = Executors.newFixedThreadPool(SENDERS)) {
      service.awaitReady(Duration.ofSeconds(60));
      AtomicBoolean seen = new AtomicBoolean();
      long end = System.nanoTime() + PATIENCE.toNanos();
      List<Future<?>> sending = new ArrayList<>();
      for (int sender = 0; sender < SENDERS; sender++) {
        Random random = new Random(sender);
        sending.add(
            senders.submit(
                () -> {
                  while (!seen.get() && System.nanoTime() < end) {
                    Answer answer = client.retrieve(request(random));
                    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
                    if (answer.json().path("quality").path("step").asInt() > 1) {
                      seen.set(true);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> sender : sending) {
        sender.get();
      }
      assertThat(seen).as("a cheaper answer within %s", PATIENCE).isTrue();
    }
  }

  private static ServiceConfiguration configured(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(SETTINGS);
    all.putAll(settings);
    return generations.configuration(all);
  }

  private static String request(Random random) {
    return IntStream.range(0, EVENTS)
        .mapToObj(
            i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(random.nextInt(ITEMS)), 1000 * i))
        .collect(Collectors.joining(",", "{\"k\":10,\"requestTime\":200000,\"events\":[", "]}"));
  }
}
