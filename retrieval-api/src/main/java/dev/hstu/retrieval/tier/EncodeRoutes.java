package dev.hstu.retrieval.tier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.compute.BatchBounds;
import dev.hstu.retrieval.access.AccessCheck;
import dev.hstu.retrieval.access.AccessKeys;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.config.EncoderServerSettings;
import dev.hstu.retrieval.retrieve.EncoderBusyException;
import dev.hstu.retrieval.retrieve.EncoderUnavailableException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The routes of an encoder process. All but the encoding itself runs on event loops and waits for
/// nothing.
final class EncodeRoutes {

  private static final Logger LOG = LoggerFactory.getLogger(EncodeRoutes.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String HEALTH_PATH = "/health";
  private static final String METRICS_PATH = "/metrics";
  private static final int OK = 200;

  /// Bodies of the largest size that may be on their way in together: what a client begins and
  /// doesn't end takes memory until its deadline.
  private static final int MAX_BODIES_ARRIVING = 32;

  /// More than the streams of all connections can be: only counts, to know when none is left.
  private static final int PLACES = Integer.MAX_VALUE;

  private static final String STOPPING = "this process is stopping; send it to another";

  private final EncoderServerSettings settings;
  private final ServedModels models;
  private final AccessKeys keys;
  private final PrometheusMeterRegistry registry;
  private final AtomicLong arrivingBytes = new AtomicLong();
  private final Semaphore freePlaces = new Semaphore(PLACES);
  private volatile boolean stopping;

  EncodeRoutes(
      EncoderServerSettings settings,
      ServedModels models,
      AccessKeys keys,
      PrometheusMeterRegistry registry) {
    this.settings = settings;
    this.models = models;
    this.keys = keys;
    this.registry = registry;
  }

  /// Takes nothing more and waits for what was taken.
  boolean finishWithin(int graceMillis) {
    stopping = true;
    try {
      return freePlaces.tryAcquire(PLACES, graceMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void handle(HttpServerRequest request) {
    String path = request.path() == null ? "" : request.path();
    switch (path) {
      case EncodeRequest.PATH -> {
        if (allows(request, HttpMethod.POST) && isKnown(request)) {
          new Exchange(request).begin();
        }
      }
      case HEALTH_PATH -> {
        if (allows(request, HttpMethod.GET)) {
          health(request.response());
        }
      }
      case METRICS_PATH -> {
        if (allows(request, HttpMethod.GET) && isKnown(request)) {
          request
              .response()
              .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
              .end(registry.scrape());
        }
      }
      default ->
          refuse(
              request,
              EncoderProblem.NOT_FOUND,
              "%s is not a route; POST %s is the main one".formatted(path, EncodeRequest.PATH));
    }
  }

  private static boolean allows(HttpServerRequest request, HttpMethod method) {
    boolean allowed = request.method().equals(method);
    if (!allowed) {
      request.response().putHeader("allow", method.name());
      refuse(
          request,
          EncoderProblem.METHOD_NOT_ALLOWED,
          "%s takes %s".formatted(request.path(), method));
    }
    return allowed;
  }

  private boolean isKnown(HttpServerRequest request) {
    boolean known =
        keys.check(request.getHeader("authorization"), Role.READ) instanceof AccessCheck.Granted;
    if (!known) {
      request.response().putHeader("www-authenticate", "Bearer");
      refuse(
          request,
          EncoderProblem.KEY_REQUIRED,
          "send Authorization: Bearer KEY with a key of role read");
    }
    return known;
  }

  private void health(HttpServerResponse response) {
    boolean ready = !stopping && !models.all().isEmpty();
    ObjectNode health = JSON.createObjectNode();
    health.put("status", ready ? "ready" : stopping ? "stopping" : "not-ready");
    if (!ready) {
      health.put("detail", stopping ? "this process is stopping" : models.missing());
    }
    ArrayNode list = health.putArray("models");
    for (ServedModel model : models.all()) {
      list.addObject()
          .put("fingerprint", model.fingerprint())
          .put("engine", model.embeddings().engine())
          .put("dimension", model.dimension());
    }
    try {
      response
          .setStatusCode(ready ? OK : EncoderProblem.NOT_READY.status())
          .putHeader("content-type", "application/json")
          .end(Buffer.buffer(JSON.writeValueAsBytes(health)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("health has no JSON form", e);
    }
  }

  private static void refuse(HttpServerRequest request, EncoderProblem problem, String detail) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .setStatusCode(problem.status())
        .putHeader("content-type", EncoderProblem.MEDIA_TYPE)
        .end(problem.json(detail));
  }

  /// One `POST /v1/encode`. Its event loop alone uses it, but for the wait for the embeddings.
  private final class Exchange implements EncoderWaits {

    private final HttpServerRequest request;
    private final Context loop = Vertx.currentContext();
    private final long arrivedNanos = System.nanoTime();
    private final Buffer body = Buffer.buffer();
    private long timer = -1;
    private boolean over;

    /// Written by the thread that takes the request up, before it completes the embeddings.
    private volatile long waitedNanos;

    Exchange(HttpServerRequest request) {
      this.request = request;
    }

    void begin() {
      // Never waited for: once the places are drained for good, this is an event loop.
      if (!freePlaces.tryAcquire()) {
        over = true;
        refuse(request, EncoderProblem.NOT_READY, STOPPING);
        return;
      }
      if (stopping) {
        end(EncoderProblem.NOT_READY, STOPPING);
        return;
      }
      long deadlineMicros = deadlineMicros();
      if (deadlineMicros < 0) {
        end(
            EncoderProblem.MALFORMED_REQUEST,
            "%s=%s must be a number of microseconds above 0"
                .formatted(
                    EncodeRequest.DEADLINE_HEADER,
                    request.getHeader(EncodeRequest.DEADLINE_HEADER)));
        return;
      }
      long deadlineNanos = arrivedNanos + TimeUnit.MICROSECONDS.toNanos(deadlineMicros);
      timer =
          loop.owner()
              .setTimer(
                  Math.max(1, TimeUnit.MICROSECONDS.toMillis(deadlineMicros)),
                  _ -> end(EncoderProblem.DEADLINE_EXCEEDED, "no answer was there in time"));
      request
          .handler(this::take)
          .exceptionHandler(_ -> close())
          .endHandler(_ -> encode(deadlineNanos));
      request.response().exceptionHandler(_ -> close()).closeHandler(_ -> close());
    }

    /// @return -1 where the header is no such number
    private long deadlineMicros() {
      long most = TimeUnit.MILLISECONDS.toMicros(settings.deadlineMillis());
      @Nullable String header = request.getHeader(EncodeRequest.DEADLINE_HEADER);
      if (header == null) {
        return most;
      }
      if (!header.matches("[0-9]{1,15}")) {
        return -1;
      }
      long micros = Long.parseLong(header);
      return micros == 0 ? -1 : Math.min(micros, most);
    }

    private void take(Buffer part) {
      if (over) {
        return;
      }
      long most = settings.maxBodyBytes();
      if (body.length() + part.length() > most) {
        end(
            EncoderProblem.BODY_TOO_LARGE,
            "the body is larger than %d bytes; send fewer histories, or raise".formatted(most)
                + " encoder-server.max-body-bytes");
        return;
      }
      if (arrivingBytes.addAndGet(part.length()) > MAX_BODIES_ARRIVING * most) {
        arrivingBytes.addAndGet(-part.length());
        end(EncoderProblem.OVERLOADED, "too many bodies are on their way; try another");
        return;
      }
      body.appendBuffer(part);
    }

    private void encode(long deadlineNanos) {
      if (over) {
        return;
      }
      try {
        EncodeRequest asked = EncodeRequest.parse(body.getBytes());
        Optional<ServedModel> model = models.find(asked.fingerprint());
        if (model.isEmpty()) {
          refuseModel(asked.fingerprint());
          return;
        }
        OpenEmbeddings embeddings = model.get().embeddings();
        BatchBounds.require(asked.batch(), embeddings.config());
        embeddings
            .embed(asked.batch(), deadlineNanos, this)
            .whenComplete(
                (values, failure) -> loop.runOnContext(_ -> answer(asked, values, failure)));
      } catch (BodyFault | IllegalArgumentException e) {
        end(EncoderProblem.MALFORMED_REQUEST, String.valueOf(e.getMessage()));
      }
    }

    @Override
    public void waited(int users, long sentNanos, long waitNanos) {
      waitedNanos = waitNanos;
    }

    /// The failure that follows says it.
    @Override
    public void refused() {}

    private void refuseModel(String fingerprint) {
      if (models.all().isEmpty()) {
        end(EncoderProblem.NOT_READY, models.missing());
        return;
      }
      end(
          EncoderProblem.UNKNOWN_MODEL,
          "this encoder has model %s and not %s; let both follow the same generations"
              .formatted(
                  models.all().stream()
                      .map(ServedModel::fingerprint)
                      .collect(Collectors.joining(" and ")),
                  fingerprint));
    }

    private void answer(
        EncodeRequest asked, float @Nullable [] embeddings, @Nullable Throwable failure) {
      if (over) {
        return;
      }
      if (embeddings == null) {
        fail(failure);
        return;
      }
      long nanos = System.nanoTime() - arrivedNanos;
      byte[] bytes =
          new EncodeResponse(asked.fingerprint(), asked.batch().users(), nanos, embeddings)
              .toBytes();
      if (!request.response().closed()) {
        request
            .response()
            .putHeader("content-type", EncodeRequest.MEDIA_TYPE)
            .putHeader(
                EncodeResponse.WAITED_HEADER,
                Long.toString(TimeUnit.NANOSECONDS.toMicros(waitedNanos)))
            .end(Buffer.buffer(bytes));
      }
      close();
    }

    private void fail(@Nullable Throwable failure) {
      @Nullable Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      switch (cause) {
        case TimeoutException late ->
            end(EncoderProblem.DEADLINE_EXCEEDED, String.valueOf(late.getMessage()));
        case EncoderBusyException busy ->
            end(EncoderProblem.OVERLOADED, String.valueOf(busy.getMessage()));
        case EncoderUnavailableException closing ->
            end(EncoderProblem.NOT_READY, String.valueOf(closing.getMessage()));
        case null, default -> {
          String incident = UUID.randomUUID().toString();
          LOG.error("incident {}: a request failed", incident, cause);
          end(
              EncoderProblem.INTERNAL_ERROR,
              "the encoder failed on this request; its log says why under incident " + incident);
        }
      }
    }

    private void end(EncoderProblem problem, String detail) {
      if (!over) {
        refuse(request, problem, detail);
        close();
      }
    }

    private void close() {
      if (!over) {
        over = true;
        loop.owner().cancelTimer(timer);
        arrivingBytes.addAndGet(-body.length());
        freePlaces.release();
      }
    }
  }
}
