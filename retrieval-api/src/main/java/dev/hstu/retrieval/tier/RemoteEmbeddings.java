package dev.hstu.retrieval.tier;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.retrieve.EncoderBusyException;
import dev.hstu.retrieval.retrieve.EncoderUnavailableException;
import dev.hstu.retrieval.telemetry.CurrentTrace;
import dev.hstu.retrieval.telemetry.RequestTrace;
import dev.hstu.retrieval.tier.EndpointFailure.Kind;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The embeddings of one model by encoders in processes of their own. Encoding changes nothing, so
/// a request whose endpoint fails is sent to another while its deadline allows.
final class RemoteEmbeddings implements OpenEmbeddings {

  /// Of a last attempt, for callers without a deadline.
  private static final long MAX_PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final EncoderEndpoints endpoints;
  private final String fingerprint;
  private final ModelConfig config;
  private final String engine;

  private RemoteEmbeddings(
      EncoderEndpoints endpoints, String fingerprint, ModelConfig config, String engine) {
    this.endpoints = endpoints;
    this.fingerprint = fingerprint;
    this.config = config;
    this.engine = engine;
  }

  /// Waits until an endpoint has the model.
  ///
  /// @throws EncoderUnavailableException when none has in time, naming each and its models
  static RemoteEmbeddings open(EncoderEndpoints endpoints, Model model) {
    String engine = endpoints.awaitModel(model.fingerprint());
    return new RemoteEmbeddings(endpoints, model.fingerprint(), model.config(), engine);
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public CompletableFuture<float[]> embed(
      HistoryBatch batch, long deadlineNanos, EncoderWaits waits) {
    Call call = new Call(batch, deadlineNanos, waits);
    call.attempt();
    return call.embeddings;
  }

  /// Holds nothing of its own.
  @Override
  public void close() {}

  /// One request on its way through the endpoints; one attempt follows the other.
  private final class Call {

    private final byte[] body;
    private final int users;
    private final long deadlineNanos;
    private final EncoderWaits waits;

    /// Of the request that asks, whose thread this is made on; attempts may come from others.
    private final RequestTrace trace = CurrentTrace.get();

    private final CompletableFuture<float[]> embeddings = new CompletableFuture<>();
    private final Set<EncoderEndpoint> tried = new HashSet<>();
    private int attempts;
    private @Nullable EndpointFailure last;

    Call(HistoryBatch batch, long deadlineNanos, EncoderWaits waits) {
      this.body = new EncodeRequest(fingerprint, batch).toBytes();
      this.users = batch.users();
      this.deadlineNanos = deadlineNanos;
      this.waits = waits;
    }

    void attempt() {
      long left = deadlineNanos - System.nanoTime();
      if (left <= 0) {
        embeddings.completeExceptionally(
            new TimeoutException("no encoder answered before the deadline"));
        return;
      }
      Optional<EncoderEndpoint> next =
          attempts < endpoints.settings().maxAttempts() ? choose() : Optional.empty();
      if (next.isEmpty()) {
        embeddings.completeExceptionally(exhausted());
        return;
      }
      EncoderEndpoint endpoint = next.get();
      tried.add(endpoint);
      attempts++;
      if (attempts > 1) {
        endpoints.countRetry();
      }
      endpoint
          .encode(body, fingerprint, users, left, patience(left), waits, trace.call("POST /encode"))
          .whenComplete((values, thrown) -> ended(endpoint, values, thrown));
    }

    /// Each endpoint once and, where one was lost on the way, each once more: a connection that was
    /// just closed says nothing about the next one.
    private Optional<EncoderEndpoint> choose() {
      Optional<EncoderEndpoint> next = endpoints.choose(fingerprint, tried);
      @Nullable EndpointFailure failure = last;
      if (next.isEmpty() && failure != null && failure.isCounted()) {
        tried.clear();
        return endpoints.choose(fingerprint, tried);
      }
      return next;
    }

    /// How long this attempt may take: half of what is left at most while another may follow.
    private long patience(long left) {
      boolean another = attempts < endpoints.settings().maxAttempts();
      long most = TimeUnit.MILLISECONDS.toNanos(endpoints.settings().attemptMillis());
      return another ? Math.min(most, Math.max(1, left / 2)) : Math.min(left, MAX_PATIENCE_NANOS);
    }

    private void ended(
        EncoderEndpoint endpoint, float @Nullable [] values, @Nullable Throwable thrown) {
      if (values != null) {
        embeddings.complete(values);
        return;
      }
      @Nullable Throwable cause =
          thrown instanceof CompletionException && thrown.getCause() != null
              ? thrown.getCause()
              : thrown;
      if (!(cause instanceof EndpointFailure failure)) {
        embeddings.completeExceptionally(
            cause == null ? new IllegalStateException("neither values nor failure") : cause);
        return;
      }
      last = failure;
      if (failure.isRetried()) {
        attempt();
      } else if (failure.kind() == Kind.LATE) {
        embeddings.completeExceptionally(new TimeoutException(failure.getMessage()));
      } else {
        embeddings.completeExceptionally(
            new IllegalStateException(endpoint.address() + ": " + failure.getMessage(), failure));
      }
    }

    private RuntimeException exhausted() {
      @Nullable EndpointFailure failure = last;
      if (failure != null && failure.kind() == Kind.BUSY) {
        waits.refused();
        return new EncoderBusyException(
            "every encoder has enough to do: %s; send fewer requests, or add an endpoint to"
                    .formatted(failure.getMessage())
                + " encoder.endpoints");
      }
      return new EncoderUnavailableException(
          "no encoder answers: %s%s"
              .formatted(
                  endpoints.conditions(fingerprint),
                  failure == null ? "" : "; the last one: " + failure.getMessage()));
    }
  }
}
