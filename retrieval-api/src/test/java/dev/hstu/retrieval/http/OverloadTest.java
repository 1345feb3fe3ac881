package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service over real HTTP that is asked for several times what it can answer in full, by callers
/// who don't wait for each other. The model is large beside the machine it runs on by construction,
/// and the load is a multiple of what was measured just before, so that no figure of a machine is
/// in here.
class OverloadTest {

  private static final long NOW = 1_700_000_000L;
  private static final int EVENTS = 150;
  private static final long SECOND = 1_000_000_000L;

  /// Of plain Java, quadratic in the events: tens of milliseconds a user.
  private static final HstuConfig SLOW =
      new HstuConfig(TinyGenerations.ITEMS, EVENTS, 2, 32, 2, 16, 16, 4, 0.05, 1);

  @TempDir static Path folder;
  private static TinyGenerations generations;
  private final Random random = new Random(7);

  @BeforeAll
  static void publish() throws IOException {
    generations = new TinyGenerations(folder);
    generations.publish(1, SLOW);
  }

  /// An answer, and how long its caller waited.
  private record Timed(Answer answer, long latencyNanos) {}

  @Test
  void tooMuchLoadIsAnsweredCheaperAndMarkedAndThenInFullAgain() throws Exception {
    try (RunningService service = start(Map.of("ladder.calm-millis", "100"));
        ServiceClient client = new ServiceClient(service)) {
      double saturation = saturation(client);
      List<Timed> answers = ask(client, 5 * saturation, 150);

      assertThat(answers).allMatch(timed -> isAnsweredOrShed(timed.answer));
      List<Answer> answered = answered(answers);
      List<Answer> cheaper = answered.stream().filter(OverloadTest::isCheaper).toList();
      assertThat(cheaper).isNotEmpty();
      for (Answer answer : cheaper) {
        assertThat(answer.json().path("quality").path("step").asInt()).isBetween(1, 4);
        assertThat(answer.json().path("quality").path("name").asText())
            .isIn("smaller-search", "shorter-history", "stale-embedding", "popular");
        assertThat(answer.json().has("validUntil")).isFalse();
        assertThat(answer.itemIds()).hasSize(10);
      }
      String metrics = client.get("/metrics").response().body();
      assertThat(metrics)
          .contains("hstu_retrieve_quality_total{step=\"popular\"}")
          .doesNotContain("hstu_retrieve_turned_away_total{reason=\"deadline\"} 1");

      RetrievalWorkers workers = ServiceBeans.of(service, RetrievalWorkers.class);
      Eventually.see(workers::step, step -> step == QualityStep.FULL);
      for (int i = 0; i < 3; i++) {
        Answer calm = client.retrieve(request());
        assertThat(calm.status()).isEqualTo(200);
        assertThat(calm.json().has("quality")).isFalse();
        assertThat(calm.json().has("validUntil")).isTrue();
      }
    }
  }

  @Test
  void withoutTheLadderWhatIsTooMuchIsRefusedAndTheRestAnsweredInFull() throws Exception {
    try (RunningService service =
            start(Map.of("ladder.steps", "none", "admission.max-queued", "10"));
        ServiceClient client = new ServiceClient(service)) {
      double saturation = saturation(client);
      List<Timed> answers = ask(client, 5 * saturation, 150);

      assertThat(answers).allMatch(timed -> isAnsweredOrShed(timed.answer));
      assertThat(answered(answers)).isNotEmpty().noneMatch(OverloadTest::isCheaper);
      List<Answer> refused =
          answers.stream().map(Timed::answer).filter(a -> a.status() == 429).toList();
      assertThat(refused).isNotEmpty();
      assertThat(refused)
          .allMatch(answer -> answer.header("retry-after").equals("1"))
          .allMatch(answer -> answer.json().path("type").asText().endsWith("overloaded"));
    }
  }

  /// What the issue asks for: at twice saturation the 99th percentile within the deadline, nothing
  /// but 429, and afterwards back to full answers without going to and fro.
  @Tag("soak")
  @Test
  void aMinuteAtTwiceSaturation() throws Exception {
    try (RunningService service =
            start(Map.of("admission.deadline-millis", "2000", "admission.workers", "1"));
        ServiceClient client = new ServiceClient(service)) {
      double saturation = saturation(client);
      ask(client, 0.4 * saturation, seconds(10, 0.4 * saturation));
      List<Integer> steps = new ArrayList<>();
      List<Timed> answers = new ArrayList<>();
      for (int part = 0; part < 60; part++) {
        answers.addAll(ask(client, 2 * saturation, seconds(1, 2 * saturation)));
        steps.add(ServiceBeans.of(service, RetrievalWorkers.class).step().number());
      }
      assertThat(answers).allMatch(timed -> isAnsweredOrShed(timed.answer));
      long[] latencies =
          answers.stream()
              .filter(timed -> timed.answer.status() == 200)
              .mapToLong(Timed::latencyNanos)
              .sorted()
              .toArray();
      assertThat(latencies[(int) (latencies.length * 0.99)]).isLessThan(2 * SECOND);
      assertThat(changes(steps.subList(20, 60))).as("steps by second: %s", steps).isLessThan(5);

      steps.clear();
      for (int part = 0; part < 60; part++) {
        ask(client, 0.4 * saturation, seconds(1, 0.4 * saturation));
        steps.add(ServiceBeans.of(service, RetrievalWorkers.class).step().number());
      }
      assertThat(steps).isSortedAccordingTo((a, b) -> b - a);
      assertThat(steps.getLast()).isZero();
    }
  }

  private static int seconds(int seconds, double perSecond) {
    return Math.max(1, (int) (seconds * perSecond));
  }

  private static int changes(List<Integer> steps) {
    int changes = 0;
    for (int i = 1; i < steps.size(); i++) {
      changes += steps.get(i).equals(steps.get(i - 1)) ? 0 : 1;
    }
    return changes;
  }

  /// Requests a second that one worker answers in full at most: by the quickest of a few, which
  /// whatever else the machine does has disturbed least.
  private double saturation(ServiceClient client) throws Exception {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 8; i++) {
      Answer answer = client.retrieve(request());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(isCheaper(answer)).isFalse();
      JsonNode timings = answer.json().path("timings");
      least =
          Math.min(
              least, timings.path("encodeMicros").asLong() + timings.path("searchMicros").asLong());
    }
    return 1e6 / least;
  }

  /// Sends requests at a steady rate, whatever becomes of those before.
  private List<Timed> ask(ServiceClient client, double perSecond, int requests) {
    List<CompletableFuture<Timed>> answers = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < requests; i++) {
      long due = start + (long) (i * SECOND / perSecond);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      answers.add(
          client
              .retrieveLater(request())
              .thenApply(answer -> new Timed(answer, System.nanoTime() - due)));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static boolean isAnsweredOrShed(Answer answer) {
    return answer.status() == 200 || answer.status() == 429;
  }

  private static List<Answer> answered(List<Timed> answers) {
    return answers.stream().map(Timed::answer).filter(answer -> answer.status() == 200).toList();
  }

  private static boolean isCheaper(Answer answer) {
    return answer.json().has("quality");
  }

  /// A user whom nobody has asked for yet.
  private String request() {
    return IntStream.range(0, EVENTS)
        .mapToObj(
            i ->
                "{\"itemId\":%s,\"timestamp\":%d}"
                    .formatted(
                        TinyGenerations.id(random.nextInt(TinyGenerations.ITEMS)),
                        NOW - 1000 * (EVENTS - i)))
        .collect(
            Collectors.joining(
                ",", "{\"k\":10,\"requestTime\":%d,\"events\":[".formatted(NOW), "]}"));
  }

  private static RunningService start(Map<String, String> settings) throws InterruptedException {
    Map<String, String> all = new HashMap<>();
    all.put("admission.workers", "1");
    all.put("admission.adaptive", "true");
    all.put("ladder.steps", "smaller-search,shorter-history,stale-embedding,popular");
    all.putAll(settings);
    RunningService service = RunningService.start(generations.configuration(all));
    service.awaitReady(Duration.ofSeconds(60));
    return service;
  }
}
