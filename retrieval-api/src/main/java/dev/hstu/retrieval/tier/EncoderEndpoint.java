package dev.hstu.retrieval.tier;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.config.EndpointSettings;
import dev.hstu.retrieval.telemetry.RemoteCall;
import dev.hstu.retrieval.tier.EndpointFailure.Kind;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One encoder process as a service sees it: its health, its circuit and what is on its way to it.
/// For any number of threads; nothing in here waits.
final class EncoderEndpoint {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long CANCEL = 8;
  private static final int OK = 200;

  private final URI address;
  private final HttpClient client;
  private final EndpointSettings settings;
  private final @Nullable EndpointKey key;
  private final MeterRegistry registry;
  private final CircuitBreaker circuit;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile EndpointHealth health = new EndpointHealth.Unknown();

  /// @param key to show; null shows none
  EncoderEndpoint(
      URI address,
      HttpClient client,
      EndpointSettings settings,
      @Nullable EndpointKey key,
      MeterRegistry registry) {
    this.address = address;
    this.client = client;
    this.settings = settings;
    this.key = key;
    this.registry = registry;
    this.circuit =
        new CircuitBreaker(
            settings.breakerFailures(),
            TimeUnit.MILLISECONDS.toNanos(settings.breakerOpenMillis()),
            System::nanoTime);
    gauge("up", "1 while the endpoint answers /health with a model", this::up);
    gauge("circuit", "0 closed, 1 half-open, 2 open", this::circuitNumber);
    gauge("in.flight", "Requests on their way", this::inFlight);
  }

  URI address() {
    return address;
  }

  EndpointHealth health() {
    return health;
  }

  CircuitBreaker.State circuit() {
    return circuit.state();
  }

  int inFlight() {
    return inFlight.get();
  }

  /// Whether another request may be on its way.
  boolean hasRoom() {
    return inFlight.get() < settings.maxInFlight();
  }

  /// Whether a request may pass the circuit; if so, [#encode] is to follow.
  boolean tryPass() {
    return circuit.tryPass();
  }

  /// Sends a request that has passed the circuit.
  ///
  /// @param body as [EncodeRequest] writes it
  /// @param fingerprint in it
  /// @param users in it
  /// @param leftNanos until the request's deadline
  /// @param patienceNanos until it is given up here
  /// @param waits told how long the users waited for the encoder
  /// @param call the attempt in the trace of the request it is for; ended here
  /// @return the embeddings, or exceptionally an [EndpointFailure]
  CompletableFuture<float[]> encode(
      byte[] body,
      String fingerprint,
      int users,
      long leftNanos,
      long patienceNanos,
      EncoderWaits waits,
      RemoteCall call) {
    inFlight.incrementAndGet();
    long start = System.nanoTime();
    RequestOptions options =
        options(HttpMethod.POST, EncodeRequest.PATH)
            .putHeader("content-type", EncodeRequest.MEDIA_TYPE)
            .putHeader(
                EncodeRequest.DEADLINE_HEADER,
                Long.toString(Math.max(1, TimeUnit.NANOSECONDS.toMicros(leftNanos))));
    call.inject(options::putHeader);
    return exchange(options, Buffer.buffer(body), patienceNanos)
        .thenApply(
            answer -> {
              long took = System.nanoTime() - start;
              if (answer.status == OK) {
                EncodeResponse response = response(answer, fingerprint, users);
                waits.waited(users, start, took - response.nanos() + answer.waitedNanos);
                return response.embeddings();
              }
              throw refusal(answer);
            })
        .handle(
            (embeddings, thrown) -> {
              inFlight.decrementAndGet();
              long took = System.nanoTime() - start;
              @Nullable EndpointFailure failure = thrown == null ? null : failure(thrown);
              if (isLate(thrown)) {
                waits.waited(users, start, took);
              }
              ended(failure, took);
              if (failure != null) {
                call.failed(failure.kind().name());
                throw failure;
              }
              call.succeeded();
              return embeddings;
            });
  }

  /// Asks for the endpoint's health.
  CompletableFuture<EndpointHealth> look() {
    long patience = TimeUnit.MILLISECONDS.toNanos(settings.connectMillis() + 500L);
    return exchange(options(HttpMethod.GET, "/health"), Buffer.buffer(), patience)
        .thenApply(answer -> EndpointHealth.parse(answer.status, answer.body))
        .exceptionally(
            thrown -> new EndpointHealth.Down(String.valueOf(failure(thrown).getMessage())))
        .thenApply(
            seen -> {
              health = seen;
              return seen;
            });
  }

  /// An answer as it came.
  ///
  /// @param waitedNanos in the encoder's queue, 0 where it doesn't say
  private record Answer(int status, byte[] body, long waitedNanos) {}

  private CompletableFuture<Answer> exchange(
      RequestOptions options, Buffer body, long patienceNanos) {
    AtomicReference<@Nullable HttpClientRequest> sent = new AtomicReference<>();
    return client
        .request(options)
        .compose(
            request -> {
              sent.set(request);
              return request
                  .send(body)
                  .compose(
                      response ->
                          response
                              .body()
                              .map(
                                  bytes ->
                                      new Answer(
                                          response.statusCode(),
                                          bytes.getBytes(),
                                          EncodeResponse.waitedNanos(
                                              response.getHeader(EncodeResponse.WAITED_HEADER)))));
            })
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(patienceNanos, TimeUnit.NANOSECONDS)
        .whenComplete(
            (_, thrown) -> {
              @Nullable HttpClientRequest request = sent.get();
              if (thrown instanceof TimeoutException && request != null) {
                request.reset(CANCEL); // the encoder need not go on with it
              }
            });
  }

  private RequestOptions options(HttpMethod method, String path) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(method)
            .setHost(address.getHost())
            .setPort(address.getPort())
            .setSsl("https".equals(address.getScheme()))
            .setURI(path)
            .setConnectTimeout(settings.connectMillis());
    if (key != null) {
      options.putHeader("authorization", key.authorization());
    }
    return options;
  }

  private static EncodeResponse response(Answer answer, String fingerprint, int users) {
    EncodeResponse response = EncodeResponse.parse(answer.body);
    if (!response.fingerprint().equals(fingerprint)) {
      throw new EndpointFailure(
          Kind.OTHER_MODEL,
          "encodes with model %s and not %s".formatted(response.fingerprint(), fingerprint));
    }
    if (response.users() != users) {
      throw new EndpointFailure(
          Kind.BROKEN, "answered %d users of %d".formatted(response.users(), users));
    }
    return response;
  }

  private static EndpointFailure refusal(Answer answer) {
    Kind kind =
        switch (answer.status) {
          case 400, 413 -> Kind.REFUSED;
          case 409 -> Kind.OTHER_MODEL;
          case 429, 503 -> Kind.BUSY;
          case 504 -> Kind.LATE;
          default -> Kind.BROKEN;
        };
    return new EndpointFailure(kind, detail(answer));
  }

  private static String detail(Answer answer) {
    String status = "answers with status " + answer.status;
    try {
      return JSON.readTree(answer.body).path("detail").asText(status);
    } catch (IOException e) {
      return status;
    }
  }

  /// Whether it took as long as it might: to be overloaded looks like that, and the steps that
  /// relieve an encoder are of use where there is none, too.
  private static boolean isLate(@Nullable Throwable thrown) {
    return thrown != null
        && switch (cause(thrown)) {
          case TimeoutException _ -> true;
          case EndpointFailure failure -> failure.kind() == Kind.LATE;
          default -> false;
        };
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  private static EndpointFailure failure(Throwable thrown) {
    Throwable cause = cause(thrown);
    return switch (cause) {
      case EndpointFailure failure -> failure;
      case BodyFault fault -> new EndpointFailure(Kind.BROKEN, String.valueOf(fault.getMessage()));
      case TimeoutException _ -> new EndpointFailure(Kind.UNREACHABLE, "did not answer in time");
      default -> new EndpointFailure(Kind.UNREACHABLE, reason(cause));
    };
  }

  /// What failed and, where that is said by what caused it (a certificate, say), why.
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String what = String.valueOf(failure.getMessage());
    String why = String.valueOf(root.getMessage());
    return what.contains(why) ? what : "%s (%s)".formatted(what, why);
  }

  private void ended(@Nullable EndpointFailure failure, long nanos) {
    if (failure == null) {
      circuit.succeeded();
    } else if (failure.isCounted()) {
      circuit.failed();
    } else {
      circuit.undecided();
    }
    String outcome = failure == null ? "ok" : failure.kind().name().toLowerCase(Locale.ROOT);
    Timer.builder("hstu.encoder.endpoint.calls")
        .description("Requests to an encoder endpoint, by what became of them")
        .tag("endpoint", address.toString())
        .tag("outcome", outcome)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  private int up() {
    return health instanceof EndpointHealth.Up ? 1 : 0;
  }

  private int circuitNumber() {
    return switch (circuit.state()) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder("hstu.encoder.endpoint." + name, value)
        .description(description)
        .tag("endpoint", address.toString())
        .register(registry);
  }
}
