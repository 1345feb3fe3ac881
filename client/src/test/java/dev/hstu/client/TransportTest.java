package dev.hstu.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is tried again, when, and for how long, against a server on loopback that answers as it is
/// told.
class TransportTest {

  private static final RetrieveRequest REQUEST = RetrieveRequest.of(List.of());
  private static final String ANSWER =
      "{\"generation\":\"g\",\"engine\":\"e\",\"requestTime\":1,\"candidates\":[],\"cache\":\"miss\",\"timings\":{},\"later\":{}}";

  /// What the server does with one request.
  private interface Deed {
    void with(HttpExchange exchange) throws IOException;
  }

  private final Queue<Deed> deeds = new ArrayDeque<>();
  private final List<Map<String, List<String>>> seen = new ArrayList<>();
  private HttpServer server;
  private RetrievalClient client;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          synchronized (seen) {
            seen.add(Map.copyOf(exchange.getRequestHeaders()));
          }
          exchange.getRequestBody().readAllBytes();
          deeds.remove().with(exchange);
          exchange.close();
        });
    server.start();
    client = client(Duration.ofSeconds(20));
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void aPassingRefusalIsTriedAgainWhenTheServiceSays() {
    deeds.add(problem(429, "overloaded", "0"));
    deeds.add(problem(503, "not-ready", "1"));
    deeds.add(json(200, ANSWER));
    long begun = System.nanoTime();

    assertThat(client.retrieve(REQUEST).generation()).isEqualTo("g");

    assertThat(seen).hasSize(3);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void afterAFewTriesTheLastProblemStands() {
    for (int i = 0; i < 3; i++) {
      deeds.add(problem(429, "overloaded", "0"));
    }
    assertThatThrownBy(() -> client.retrieve(REQUEST))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.retryAfter()).contains(Duration.ZERO));
    assertThat(seen).hasSize(3);
  }

  @Test
  void aPauseBeyondTheDeadlineIsNotWaitedFor() {
    deeds.add(problem(503, "not-ready", "600"));
    assertThatThrownBy(() -> client.retrieve(REQUEST)).isInstanceOf(ProblemException.class);
    assertThat(seen).hasSize(1);
  }

  @Test
  void whatWillNotPassIsNotTriedAgain() {
    for (int status : new int[] {400, 404, 500, 504}) {
      seen.clear();
      deeds.add(problem(status, "some", "0"));
      assertThatThrownBy(() -> client.retrieve(REQUEST)).isInstanceOf(ProblemException.class);
      assertThat(seen).as("tries after %d", status).hasSize(1);
    }
  }

  @Test
  void aBrokenConnectionIsTriedAgainWhereNothingIsDoneTwice() {
    deeds.add(HttpExchange::close);
    deeds.add(json(200, ANSWER));
    assertThat(client.retrieve(REQUEST).candidates()).isEmpty();

    deeds.add(HttpExchange::close);
    seen.clear();
    assertThatThrownBy(() -> client.bulkItems(List.of(new ItemChange.Delete("1"))))
        .isInstanceOf(NoAnswerException.class);
    assertThatThrownBy(
            () -> {
              deeds.add(HttpExchange::close);
              client.rollBack(null);
            })
        .isInstanceOf(NoAnswerException.class);
    assertThat(seen).hasSize(2);
  }

  @Test
  void theDeadlineHoldsAndTheServiceIsToldOfIt() {
    CountDownLatch over = new CountDownLatch(1);
    deeds.add(
        _ -> {
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (RetrievalClient hasty = client(Duration.ofMillis(300))) {
      assertThatThrownBy(() -> hasty.retrieve(REQUEST))
          .isInstanceOf(NoAnswerException.class)
          .hasMessageContaining("within PT0.3S");
      over.countDown();
    }
    assertThat(Long.parseLong(seen.getFirst().get("Hstu-deadline-millis").getFirst()))
        .isBetween(1L, 300L);
  }

  @Test
  void keyAndTraceTravelInTheHeaders() {
    deeds.add(json(200, ANSWER));
    client.retrieve(REQUEST);
    assertThat(seen.getFirst())
        .containsEntry("Authorization", List.of("Bearer secret"))
        .containsEntry("Traceparent", List.of("00-trace"));
  }

  @Test
  void anAnswerOfSomethingElseIsNone() {
    deeds.add(json(200, "<html>"));
    assertThatThrownBy(() -> client.retrieve(REQUEST)).isInstanceOf(NoAnswerException.class);
    deeds.add(json(502, "<html>"));
    assertThatThrownBy(() -> client.retrieve(REQUEST))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().status()).isEqualTo(502));
  }

  private RetrievalClient client(Duration deadline) {
    return RetrievalClient.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
        .key("secret")
        .deadline(deadline)
        .headers(() -> Map.of("traceparent", "00-trace"))
        .build();
  }

  private static Deed problem(int status, String kind, String retryAfter) {
    return exchange -> {
      exchange.getResponseHeaders().set("Retry-After", retryAfter);
      json(
              status,
              "{\"type\":\"/errors#%s\",\"title\":\"t\",\"status\":%d,\"detail\":\"d\"}"
                  .formatted(kind, status))
          .with(exchange);
    };
  }

  private static Deed json(int status, String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }
}
