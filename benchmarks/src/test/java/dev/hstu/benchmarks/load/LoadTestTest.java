package dev.hstu.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The load tool counts every answer, times from the due instant and stays on this machine.
final class LoadTestTest {

  private final AtomicInteger answered = new AtomicInteger();
  private final CountDownLatch firstAnswerMay = new CountDownLatch(1);
  private volatile boolean firstStalls;
  private volatile String firstBody;
  private HttpServer server;
  private ExecutorService workers;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    workers = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(workers);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          int n = answered.getAndIncrement();
          if (n == 0) {
            firstBody = new String(body, StandardCharsets.UTF_8);
          }
          if (n == 0 && firstStalls) {
            awaitQuietly(firstAnswerMay, 300);
          }
          exchange.sendResponseHeaders(n % 10 == 9 ? 503 : 200, -1);
          exchange.close();
        });
    server.createContext(
        "/kept",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean kept = answered.getAndIncrement() % 4 == 0;
          byte[] body =
              "{\"candidates\":[],\"cache\":\"%s\",\"timings\":{}}"
                  .formatted(kept ? "embedding" : "miss")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    workers.close();
  }

  @Test
  void everyAnswerIsCountedByItsStatus() {
    LoadResult result = run(new LoadSettings(uri(), 200, 4, Duration.ZERO, Duration.ofMillis(500)));

    assertThat(result.sent()).isEqualTo(100);
    assertThat(answered).hasValue(100);
    assertThat(result.failures()).isEqualTo(10);
    assertThat(result.byOutcome()).containsEntry("503", 10L);
  }

  @Test
  void aStalledServerShowsInTheLatencyOfTheRequestsItKeptWaiting() {
    firstStalls = true;

    LoadResult result = run(new LoadSettings(uri(), 100, 1, Duration.ZERO, Duration.ofMillis(500)));

    // One connection waits 300 ms for its first answer: the 29 requests due meanwhile waited too.
    assertThat(result.latencyMicros().get("p50")).isGreaterThan(20_000);
  }

  @Test
  void answersAreToldApartByWhatWasKeptAndBySecond() {
    LoadSettings settings =
        new LoadSettings(uri().resolve("/kept"), 200, 4, Duration.ZERO, Duration.ofMillis(1_500));

    LoadResult result = run(settings);

    assertThat(result.latencyByCache().get("embedding")).containsEntry("count", 75L);
    assertThat(result.latencyByCache().get("miss")).containsEntry("count", 225L);
    assertThat(result.latencyBySecond())
        .extracting(quantiles -> quantiles.get("count"))
        .containsExactly(200L, 100L);
  }

  @Test
  void aLoadGoesOnWhereTheOneBeforeEnded() {
    LoadSettings settings = new LoadSettings(uri(), 50, 1, Duration.ZERO, Duration.ofMillis(500));
    List<byte[]> bodies =
        Stream.of("{\"a\":1}", "{\"b\":2}", "{\"c\":3}")
            .map(body -> body.getBytes(StandardCharsets.UTF_8))
            .toList();
    LoadTest first = new LoadTest(settings, bodies);

    LoadResult result = first.run();
    assertThat(result.sent()).isEqualTo(25);
    assertThat(first.next()).isEqualTo(result.sent());
    assertThat(firstBody).isEqualTo("{\"a\":1}");
    answered.set(0);
    new LoadTest(settings, bodies, first.next()).run();

    // 25 requests went round three bodies eight times, and one further.
    assertThat(firstBody).isEqualTo("{\"b\":2}");
  }

  @Test
  void otherMachinesAreRefused() {
    assertThatThrownBy(
            () ->
                new LoadSettings(
                    URI.create("http://192.0.2.1/retrieve"),
                    1,
                    1,
                    Duration.ZERO,
                    Duration.ofSeconds(1)))
        .hasMessageContaining("192.0.2.1")
        .hasMessageContaining("loopback");
  }

  private LoadResult run(LoadSettings settings) {
    return new LoadTest(settings, List.of("{}".getBytes(StandardCharsets.UTF_8))).run();
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private static void awaitQuietly(CountDownLatch latch, long millis) {
    try {
      latch.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
