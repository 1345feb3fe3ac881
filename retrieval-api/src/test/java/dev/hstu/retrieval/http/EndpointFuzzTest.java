package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.TinyGenerations;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Every route there is, by the router's own list, against seeded nonsense: no 5xx but the declared
/// 503 and no incident in the log, nobody hangs, nothing leaks, and the service answers afterwards
/// as before.
class EndpointFuzzTest {

  private static final long SEED = 20_261_122;
  private static final int SERVICE_UNAVAILABLE = 503;

  /// What live heap may grow by: caches of routes and codecs fill, and updates are kept.
  private static final long HEAP_SLACK_BYTES = 24L << 20;

  @TempDir Path folder;
  private RunningService service;
  private ServiceClient client;

  @BeforeEach
  void serve() throws IOException, InterruptedException {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "updates.enabled",
                    "true",
                    "users.folder",
                    folder.resolve("users").toString(),
                    "connections.request-seconds",
                    "2")));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void nonsenseIsRefusedAndLeavesNothing() throws Exception {
    fuzz(1_000);
  }

  @Test
  @Tag("soak")
  void muchNonsenseIsRefusedAndLeavesNothing() throws Exception {
    fuzz(10_000);
  }

  private void fuzz(int casesPerRoute) throws Exception {
    List<UriRouteInfo<?, ?>> routes = ServiceBeans.of(service, Router.class).uriRoutes().toList();
    assertThat(routes).hasSizeGreaterThan(10);
    for (UriRouteInfo<?, ?> route : routes) {
      send(route, SEED, casesPerRoute / 10);
    }
    long before = liveHeapBytes();
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(logged);
    for (UriRouteInfo<?, ?> route : routes) {
      send(route, SEED + 1, casesPerRoute - casesPerRoute / 10);
    }

    root.detachAppender(logged);
    List<ILoggingEvent> events;
    synchronized (logged) {
      events = List.copyOf(logged.list);
    }

    assertThat(events)
        .as("what a client sends is no incident of ours")
        .noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.ERROR));
    assertThat(client.retrieve("{\"k\":5}").itemIds()).hasSize(5);
    assertThat(client.get("/health/ready").status()).isEqualTo(200);
    ConnectionRules connections = ServiceBeans.of(service, ConnectionRules.class);
    Eventually.see(connections::open, open -> open <= 1);
    assertThat(liveHeapBytes() - before).isLessThan(HEAP_SLACK_BYTES);
    assertThat(client.get("/metrics").response().body().lines().count())
        .as("series of metrics, which nonsense must not add to without end")
        .isLessThan(2_000);
  }

  private void send(UriRouteInfo<?, ?> route, long seed, int count) throws IOException {
    FuzzCases cases =
        new FuzzCases(seed, route.getHttpMethodName(), route.getUriMatchTemplate().toString());
    try (RawConnection connection = new RawConnection(service.port())) {
      for (int i = 0; i < count; i++) {
        FuzzCases.Case next = cases.next();
        int status = connection.send(next);
        assertThat(status < 500 || status == SERVICE_UNAVAILABLE)
            .as(
                "%s, case %d of seed %d answers %d:%n%s",
                route, i, seed, status, RawConnection.text(next))
            .isTrue();
      }
    }
  }

  private static long liveHeapBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
