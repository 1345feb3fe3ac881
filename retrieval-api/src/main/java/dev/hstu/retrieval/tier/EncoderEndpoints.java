package dev.hstu.retrieval.tier;

import dev.hstu.retrieval.config.EndpointSettings;
import dev.hstu.retrieval.retrieve.EncoderUnavailableException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All encoder processes a service may use, and which of them is asked next. Owns the connections
/// and the thread that asks for health.
final class EncoderEndpoints implements AutoCloseable {

  /// Each carries hundreds of requests at a time; a second one is there when one is lost.
  private static final int MAX_CONNECTIONS_EACH = 2;

  private static final int WINDOW_BYTES = 1 << 20;
  private static final int CONNECTION_WINDOW_BYTES = 16 << 20;

  private final EndpointSettings settings;
  private final List<EncoderEndpoint> endpoints;
  private final Vertx vertx;
  private final @Nullable EndpointKey key;
  private final Counter retries;
  private final AtomicInteger turn = new AtomicInteger();
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("encoder-health").factory());

  /// Completes at the next news of any endpoint's health.
  private volatile CompletableFuture<Void> news = new CompletableFuture<>();

  private volatile boolean closed;

  EncoderEndpoints(EndpointSettings settings, MeterRegistry registry) {
    this.settings = settings;
    this.key = EndpointKey.of(settings);
    HttpClientOptions options = options(settings);
    vertx = LocalVertx.open();
    HttpClient client =
        vertx.createHttpClient(options, new PoolOptions().setHttp2MaxSize(MAX_CONNECTIONS_EACH));
    endpoints =
        settings.addresses().stream()
            .map(address -> new EncoderEndpoint(address, client, settings, key, registry))
            .toList();
    retries =
        Counter.builder("hstu.encoder.retries")
            .description("Requests sent to another encoder endpoint after one failed")
            .register(registry);
    ScheduledFuture<?> _ =
        watcher.scheduleWithFixedDelay(
            this::look, 0, settings.healthMillis(), TimeUnit.MILLISECONDS);
  }

  EndpointSettings settings() {
    return settings;
  }

  /// All of them.
  List<EncoderEndpoint> all() {
    return endpoints;
  }

  /// The endpoint to ask next: of those with the model, room and a circuit that lets a request pass
  /// the one with the least on its way. One that is down by its health comes last: an encoder with
  /// much to do may be late with that too.
  ///
  /// @param tried not to be asked again
  Optional<EncoderEndpoint> choose(String fingerprint, Set<EncoderEndpoint> tried) {
    int first = Math.floorMod(turn.getAndIncrement(), endpoints.size());
    for (boolean healthy : new boolean[] {true, false}) {
      while (true) {
        @Nullable EncoderEndpoint best = null;
        for (int i = 0; i < endpoints.size(); i++) {
          EncoderEndpoint next = endpoints.get((first + i) % endpoints.size());
          if (!tried.contains(next)
              && next.hasRoom()
              && suits(next, fingerprint, healthy)
              && next.circuit() != CircuitBreaker.State.OPEN
              && (best == null || next.inFlight() < best.inFlight())) {
            best = next;
          }
        }
        if (best == null) {
          break;
        }
        if (best.tryPass()) {
          return Optional.of(best);
        }
        tried.add(best); // half-open, and another request is its trial
      }
    }
    return Optional.empty();
  }

  private static boolean suits(EncoderEndpoint endpoint, String fingerprint, boolean healthy) {
    return healthy
        ? endpoint.health().has(fingerprint)
        : !(endpoint.health() instanceof EndpointHealth.Up);
  }

  /// Why no endpoint can encode with a model now; empty when one can.
  Optional<String> whyNone(String fingerprint) {
    boolean any =
        endpoints.stream()
            .anyMatch(
                endpoint ->
                    endpoint.health().has(fingerprint)
                        && endpoint.circuit() != CircuitBreaker.State.OPEN);
    return any ? Optional.empty() : Optional.of(conditions(fingerprint));
  }

  /// What is wrong with each.
  String conditions(String fingerprint) {
    return endpoints.stream()
        .map(endpoint -> endpoint.address() + " " + condition(endpoint, fingerprint))
        .collect(Collectors.joining("; "));
  }

  private static String condition(EncoderEndpoint endpoint, String fingerprint) {
    @Nullable String reason = endpoint.health().whyNot(fingerprint);
    if (reason != null) {
      return reason;
    }
    return endpoint.circuit() == CircuitBreaker.State.CLOSED
        ? "is well by its health"
        : "failed too often just now";
  }

  void countRetry() {
    retries.increment();
  }

  /// Waits until an endpoint has a model.
  ///
  /// @return its engine, in its own words
  /// @throws EncoderUnavailableException when none has within [EndpointSettings#modelWaitSeconds]
  String awaitModel(String fingerprint) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.modelWaitSeconds());
    while (true) {
      CompletableFuture<Void> next = news;
      for (EncoderEndpoint endpoint : endpoints) {
        if (endpoint.health() instanceof EndpointHealth.Up up && up.has(fingerprint)) {
          return String.valueOf(up.engines().get(fingerprint));
        }
      }
      long left = end - System.nanoTime();
      if (left <= 0 || closed) {
        throw new EncoderUnavailableException(
            "no encoder of encoder.endpoints has model %s after %d s: %s"
                .formatted(fingerprint, settings.modelWaitSeconds(), conditions(fingerprint)));
      }
      next.completeOnTimeout(null, left, TimeUnit.NANOSECONDS).join();
    }
  }

  /// HTTP/2 by prior knowledge, or by TLS where an address says `https`: then an endpoint's
  /// certificate must be for the name in its address.
  private static HttpClientOptions options(EndpointSettings settings) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setUseAlpn(true)
            .setVerifyHost(true)
            .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
            .setInitialSettings(new Http2Settings().setInitialWindowSize(WINDOW_BYTES));
    EndpointTrust.of(settings).ifPresent(options::setTrustOptions);
    return options;
  }

  private void look() {
    if (key != null) {
      key.readAgain();
    }
    CompletableFuture.allOf(
            endpoints.stream()
                .map(endpoint -> endpoint.look().thenRun(this::tell))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  private void tell() {
    CompletableFuture<Void> told = news;
    news = new CompletableFuture<>();
    told.complete(null);
  }

  @Override
  public void close() {
    closed = true;
    watcher.shutdown();
    tell();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
