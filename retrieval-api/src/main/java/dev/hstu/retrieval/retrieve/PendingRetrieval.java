package dev.hstu.retrieval.retrieve;

import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.cache.EmbeddingKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// What a request carries through the steps in which it is answered: until when, how often it has
/// waited for others, and the embeddings that were made for it. A step begins anew, perhaps with
/// another generation, and takes what of it still fits. For one thread at a time.
public final class PendingRetrieval {

  /// How often a request waits for an equal one: for its embedding, for its list, and as often
  /// again where the other one fails. Then it computes for itself.
  private static final int MAX_WAITS = 4;

  private final long arrivedNanos;
  private final long deadlineNanos;
  private final EncoderWaits encoderWaits;
  private final Map<EmbeddingKey, float[]> own = new HashMap<>(0);
  private final Map<EmbeddingKey, Throwable> failures = new HashMap<>(0);
  private @Nullable Flight flight;
  private long encodeNanos;
  private int waits;
  private long queueNanos = -1;
  private boolean brief;

  /// Embeddings on their way.
  private static final class Flight {
    private final List<EmbeddingKey> keys;
    private final List<CompletableFuture<float[]>> rows;
    private final CompletableFuture<?> landing;
    private final long begunNanos;
    private volatile long landedNanos;

    Flight(List<EmbeddingKey> keys, List<CompletableFuture<float[]>> rows, long begunNanos) {
      this.keys = keys;
      this.rows = rows;
      this.begunNanos = begunNanos;
      this.landing =
          CompletableFuture.allOf(rows.toArray(CompletableFuture[]::new))
              .whenComplete((_, _) -> landedNanos = System.nanoTime());
    }
  }

  /// @param arrivedNanos [System#nanoTime] of the request's arrival
  /// @param deadlineNanos by which the answer must be there to be of use
  /// @param encoderWaits told how long it waited for an encoder
  public PendingRetrieval(long arrivedNanos, long deadlineNanos, EncoderWaits encoderWaits) {
    this.arrivedNanos = arrivedNanos;
    this.deadlineNanos = deadlineNanos;
    this.encoderWaits = encoderWaits;
  }

  /// How long the request waited for its first step; the first call is to come from there.
  public long queueNanos() {
    if (queueNanos < 0) {
      queueNanos = System.nanoTime() - arrivedNanos;
    }
    return queueNanos;
  }

  /// From here on only what ends soon is done; what would take longer is reported as waiting, for
  /// nothing.
  public void beginBriefly() {
    brief = true;
  }

  /// As if nothing had been tried: what was begun briefly takes longer and is for a worker.
  public void beginAnew() {
    brief = false;
    queueNanos = -1;
  }

  /// Whether only what ends soon is to be done.
  public boolean isBrief() {
    return brief;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  EncoderWaits encoderWaits() {
    return encoderWaits;
  }

  /// Whether no embedding was asked for in its name yet.
  boolean hasAskedForNothing() {
    return flight == null && own.isEmpty() && failures.isEmpty();
  }

  /// Whether it may still wait for what is computed for another request.
  boolean mayWait() {
    return waits < MAX_WAITS;
  }

  void waits() {
    waits++;
  }

  /// Notes that embeddings are being made for this request.
  ///
  /// @param rows one a key, each of which may fail by itself
  /// @return completes with them, well or not
  CompletableFuture<?> expect(
      List<EmbeddingKey> keys, List<CompletableFuture<float[]>> rows, long begunNanos) {
    Flight begun = new Flight(keys, rows, begunNanos);
    flight = begun;
    return begun.landing;
  }

  /// What was made for this request; call only once that has landed.
  ///
  /// @throws CompletionException when it could not be made
  float @Nullable [] own(EmbeddingKey key) {
    @Nullable Throwable failure = failure(key);
    if (failure != null) {
      throw new CompletionException(failure);
    }
    return own.get(key);
  }

  /// Why what was to be made for this request could not be; call only once that has landed.
  ///
  /// @return null where it could be, or was not asked for
  @Nullable Throwable failure(EmbeddingKey key) {
    @Nullable Flight landed = flight;
    if (landed != null) {
      flight = null;
      encodeNanos += landed.landedNanos - landed.begunNanos;
      for (int i = 0; i < landed.keys.size(); i++) {
        take(landed.keys.get(i), landed.rows.get(i));
      }
    }
    return failures.get(key);
  }

  private void take(EmbeddingKey key, CompletableFuture<float[]> landed) {
    landed.whenComplete(
        (row, thrown) -> {
          if (thrown == null) {
            own.put(key, row);
          } else {
            failures.put(key, thrown);
          }
        });
  }

  /// From when the embeddings were asked for until they were there, 0 where none were.
  long encodeNanos() {
    return encodeNanos;
  }
}
