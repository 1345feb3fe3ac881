package dev.hstu.retrieval.serving;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stopping in order: readiness first, then no more connections, and no request taken on is lost.
class GracefulStopTest {

  private static final String LONG_REQUEST =
      IntStream.range(0, 10_000)
          .mapToObj(i -> "{\"itemId\":%s,\"timestamp\":%d}".formatted(id(i % 300), i))
          .collect(Collectors.joining(",", "{\"requestTime\":10000,\"events\":[", "]}"));

  @TempDir Path folder;

  @Test
  void readinessGoesFirstAndRequestsInFlightFinish() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    try (RunningService service =
            RunningService.start(
                generations.configuration(
                    Map.of("serving.drain-millis", "6000", "admission.workers", "1")));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      assertThat(client.get("/health/ready").status()).isEqualTo(200);
      CompletableFuture<Void> stopping = CompletableFuture.runAsync(service::close);
      Answer notReady =
          Eventually.see(() -> client.get("/health/ready"), ready -> ready.status() == 503);
      assertThat(notReady.json().path("type").asText()).isEqualTo("/errors#shutting-down");

      // Still within the drain time: the load balancer has not noticed yet.
      List<CompletableFuture<Answer>> inFlight = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        inFlight.add(client.retrieveLater(LONG_REQUEST));
      }
      assertThat(client.get("/health/live").status()).isEqualTo(200);
      stopping.get();

      for (CompletableFuture<Answer> answer : inFlight) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
      assertThatThrownBy(() -> client.get("/health/live")).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void connectionsThatFailToCloseLeaveTheRequestsTheirGrace() {
    try (RetrievalWorkers workers = workers()) {
      CompletionStage<?> failed = CompletableFuture.failedStage(new IOException("reset"));

      assertThat(RunningService.finishWithin(30_000, failed, workers)).isTrue();
      assertThat(workers.submit(buffers -> 1)).isInstanceOf(Admission.Stopping.class);
    }
  }

  @Test
  void stoppingTwiceIsStoppingOnce() {
    TinyGenerations generations = new TinyGenerations(folder);
    RunningService service = RunningService.start(generations.configuration(Map.of()));
    service.close();
    service.close();

    assertThat(service.readiness()).isEqualTo(new Readiness.Stopping());
  }

  @Test
  void nothingRunsOnAfterTheStop() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    String next = generations.publish(2);
    RunningService service =
        RunningService.start(generations.configuration(Map.of("updates.enabled", "true")));
    service.awaitReady(Duration.ofSeconds(30));
    LiveGeneration live = service.context().getBean(GenerationSwitch.class).current().orElseThrow();
    SharedUpdateLog updates = service.context().getBean(SharedUpdateLog.class);
    PublicationRuns.Begun<?> begun =
        service.context().getBean(PublicationRuns.class).publish(next, "test", null);

    service.close();

    assertThat(begun).isInstanceOf(PublicationRuns.Begun.Started.class);
    assertThat(((PublicationRuns.Begun.Started<?>) begun).ended()).isDone();
    assertThat(live.closed()).isDone();
    assertThatThrownBy(updates::open).hasMessageContaining("the service stops");
  }

  private RetrievalWorkers workers() {
    ServiceConfiguration configuration = new TinyGenerations(folder).configuration(Map.of());
    return new RetrievalWorkers(configuration.admission(), configuration.ladder());
  }
}
