package dev.hstu.retrieval.http;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client sees when there is more work than the service takes on.
class AdmissionRouteTest {

  /// Take milliseconds to read and look up.
  private static final int LONG_HISTORY = 10_000;

  @TempDir static Path folder;
  private static TinyGenerations generations;

  @BeforeAll
  static void publish() throws IOException {
    generations = new TinyGenerations(folder);
    generations.publish(1);
  }

  @Test
  void aFloodIsAnsweredOrTurnedAwayWith429AndNothingElse() throws Exception {
    try (RunningService service =
            start(Map.of("admission.workers", "1", "admission.max-queued", "1"));
        ServiceClient client = new ServiceClient(service)) {
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        // Equal ones would be answered without being read.
        answers.add(client.retrieveLater(request(LONG_HISTORY, 100_000 + i)));
      }
      List<Answer> turnedAway = new ArrayList<>();
      for (CompletableFuture<Answer> answer : answers) {
        assertThat(answer.get().status()).isIn(200, 429);
        if (answer.get().status() == 429) {
          turnedAway.add(answer.get());
        }
      }

      assertThat(turnedAway).isNotEmpty().hasSizeLessThan(answers.size());
      Answer one = turnedAway.getFirst();
      assertThat(one.header("retry-after")).isEqualTo("1");
      assertThat(one.contentType()).isEqualTo("application/problem+json");
      assertThat(one.json().path("type").asText()).isEqualTo("/errors#overloaded");
      assertThat(one.json().path("detail").asText())
          .matches(
              "[0-2] requests wait for 1 workers already; try again after Retry-After seconds");
      assertThat(client.get("/metrics").response().body())
          .contains(
              "hstu_retrieve_turned_away_total{reason=\"queue_full\"} %d.0"
                  .formatted(turnedAway.size()));
    }
  }

  @Test
  void anAnswerThatWouldComeTooLateIs504() throws Exception {
    try (RunningService service =
            start(Map.of("admission.deadline-millis", "1", "retrieval.max-events", "60000"));
        ServiceClient client = new ServiceClient(service)) {
      Answer answer = late(requestTime -> client.retrieve(request(60_000, requestTime)));

      JsonNode problem = answer.json();
      assertThat(problem.path("type").asText()).isEqualTo("/errors#deadline-exceeded");
      assertThat(problem.path("detail").asText())
          .isEqualTo(
              "no answer within 1 ms; send fewer requests at once, or raise"
                  + " admission.deadline-millis");
    }
  }

  @Test
  void aRequestMayAllowLessTime() throws Exception {
    try (RunningService service = start(Map.of("retrieval.max-events", "60000"));
        ServiceClient client = new ServiceClient(service)) {
      Answer late = late(requestTime -> withDeadline(client, "1", request(60_000, requestTime)));
      assertThat(late.json().path("detail").asText())
          .isEqualTo(
              "no answer within 1 ms; send fewer requests at once, or raise Hstu-Deadline-Millis");

      assertThat(withDeadline(client, "999999999", request(3)).status()).isEqualTo(200);
      for (String wrong : List.of("0", "-5", "1.5", "soon", "1000000000")) {
        Answer refused = withDeadline(client, wrong, request(3));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("type").asText()).isEqualTo("/errors#out-of-range");
        assertThat(refused.json().path("detail").asText())
            .isEqualTo(
                "the header Hstu-Deadline-Millis=%s must be whole milliseconds within 1..999999999;"
                        .formatted(wrong)
                    + " correct it or leave it out for 30000");
      }
    }
  }

  /// The first answer that came too late, of requests that each take about as long as the deadline
  /// allows: how fast this machine is decides which it is.
  private static Answer late(Attempt attempt) throws IOException, InterruptedException {
    Answer answer = attempt.at(100_000);
    for (int i = 1; i < 200 && answer.status() == 200; i++) {
      answer = attempt.at(100_000 + 50_000 * i); // another time: nothing of it is kept
    }
    assertThat(answer.status()).isEqualTo(504);
    return answer;
  }

  private interface Attempt {
    Answer at(int requestTime) throws IOException, InterruptedException;
  }

  private static Answer withDeadline(ServiceClient client, String millis, String body)
      throws IOException, InterruptedException {
    return client.send(
        client
            .request("/retrieve")
            .header("Content-Type", "application/json")
            .header("Hstu-Deadline-Millis", millis)
            .POST(BodyPublishers.ofString(body)));
  }

  private static String request(int events) {
    return request(events, 100_000);
  }

  private static String request(int events, int requestTime) {
    return IntStream.range(0, events)
        .mapToObj(i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(i % 300), i))
        .collect(
            Collectors.joining(
                ",", "{\"requestTime\":%d,\"events\":[".formatted(requestTime), "]}"));
  }

  private static RunningService start(Map<String, String> settings) throws InterruptedException {
    RunningService service = RunningService.start(generations.configuration(settings));
    service.awaitReady(Duration.ofSeconds(30));
    return service;
  }
}
