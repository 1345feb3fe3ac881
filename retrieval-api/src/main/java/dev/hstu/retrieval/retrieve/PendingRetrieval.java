package dev.hstu.retrieval.retrieve;

import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.cache.EmbeddingKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
  private @Nullable Flight flight;
  private long encodeNanos;
  private int waits;
  private long queueNanos = -1;
  private boolean brief;

  /// Embeddings on their way.
  private static final class Flight {
    private final List<EmbeddingKey> keys;
    private final CompletableFuture<float[][]> rows;
    private final long begunNanos;
    private volatile long landedNanos;

    Flight(List<EmbeddingKey> keys, CompletableFuture<float[][]> rows, long begunNanos) {
      this.keys = keys;
      this.begunNanos = begunNanos;
      this.rows = rows.whenComplete((_, _) -> landedNanos = System.nanoTime());
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

  /// Whether it may still wait for what is computed for another request.
  boolean mayWait() {
    return waits < MAX_WAITS;
  }

  void waits() {
    waits++;
  }

  /// Notes that embeddings are being made for this request.
  ///
  /// @param rows one a key
  /// @return completes with them, well or not
  CompletableFuture<?> expect(
      List<EmbeddingKey> keys, CompletableFuture<float[][]> rows, long begunNanos) {
    Flight begun = new Flight(keys, rows, begunNanos);
    flight = begun;
    return begun.rows;
  }

  /// What was made for this request; call only once that has landed.
  ///
  /// @throws java.util.concurrent.CompletionException when it could not be made
  float @Nullable [] own(EmbeddingKey key) {
    @Nullable Flight landed = flight;
    if (landed != null) {
      flight = null;
      encodeNanos += landed.landedNanos - landed.begunNanos;
      float[][] rows = landed.rows.join();
      for (int i = 0; i < rows.length; i++) {
        own.put(landed.keys.get(i), rows[i]);
      }
    }
    return own.get(key);
  }

  /// From when the embeddings were asked for until they were there, 0 where none were.
  long encodeNanos() {
    return encodeNanos;
  }
}
