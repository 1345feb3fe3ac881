package dev.hstu.retrieval.cache;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.RequestInterval;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// All that a user embedding depends on: the model, the kept items, their actions and times where
/// the model reads them, and, where it reads times, the bucket vector of the request time. The
/// latter is held as the [RequestInterval], which says the same in two numbers: with the same
/// events two request times have equal buckets exactly when one interval holds both.
///
/// The hash is taken once, on construction; equality compares the content.
public final class EmbeddingKey {

  /// Two arrays' headers, this object, the interval.
  private static final int OVERHEAD_BYTES = 120;

  private static final long[] NO_TIMES = {};

  private final String fingerprint;
  private final int[] items;
  private final long[] times;
  private final float[] actions;
  private final RequestInterval validity;
  private final int hash;

  /// Who asked first; no part of what the embedding depends on.
  private final @Nullable String userId;

  private EmbeddingKey(
      String fingerprint,
      int[] items,
      long[] times,
      float[] actions,
      RequestInterval validity,
      @Nullable String userId) {
    this.fingerprint = fingerprint;
    this.items = items;
    this.times = times;
    this.actions = actions;
    this.validity = validity;
    this.userId = userId;
    this.hash =
        new ContentHash()
            .add(fingerprint.hashCode())
            .add(items)
            .add(times)
            .add(Arrays.hashCode(actions))
            .add(validity.first())
            .value();
  }

  /// The key of one user.
  ///
  /// @param fingerprint of the model
  /// @param window of one user; its arrays are shared and must not change any more
  /// @param userId with whom what is kept under it is to be forgotten, in vain where an equal key
  ///     is there already; null where nobody is named. Keys of different users may be equal
  public static EmbeddingKey of(String fingerprint, HistoryBatch window, @Nullable String userId) {
    requireOneUser(window);
    return at(
        fingerprint,
        window.items(),
        window.times(),
        window.actions(),
        window.requestTimes()[0],
        userId);
  }

  /// The key of one user of a model that reads no times: the same for any of them.
  public static EmbeddingKey withoutTimes(
      String fingerprint, HistoryBatch window, @Nullable String userId) {
    requireOneUser(window);
    return new EmbeddingKey(
        fingerprint, window.items(), NO_TIMES, window.actions(), RequestInterval.ALWAYS, userId);
  }

  private static void requireOneUser(HistoryBatch window) {
    if (window.users() != 1) {
      throw new IllegalArgumentException(
          "a key is of one user and not of %d".formatted(window.users()));
    }
  }

  private static EmbeddingKey at(
      String fingerprint,
      int[] items,
      long[] times,
      float[] actions,
      long requestTime,
      @Nullable String userId) {
    RequestInterval validity = RequestInterval.around(times, 0, times.length, requestTime);
    return new EmbeddingKey(fingerprint, items, times, actions, validity, userId);
  }

  /// The key of the same events for the request times just before these; null where those are
  /// before the last event, when it was another history, and where there are none.
  public @Nullable EmbeddingKey before() {
    if (validity.equals(RequestInterval.ALWAYS)) {
      return null;
    }
    long lastEvent = times[times.length - 1];
    return validity.first() <= lastEvent
        ? null
        : at(fingerprint, items, times, actions, validity.first() - 1, userId);
  }

  String fingerprint() {
    return fingerprint;
  }

  /// Whether a user made the request that this key was made for.
  boolean isOf(String user) {
    return user.equals(userId);
  }

  /// The request times for which this is the key.
  public RequestInterval validity() {
    return validity;
  }

  /// Heap taken, about.
  int bytes() {
    return OVERHEAD_BYTES
        + Integer.BYTES * items.length
        + Long.BYTES * times.length
        + Float.BYTES * actions.length
        + (userId == null ? 0 : Character.BYTES * userId.length());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof EmbeddingKey key
            && hash == key.hash
            && validity.equals(key.validity)
            && fingerprint.equals(key.fingerprint)
            && Arrays.equals(items, key.items)
            && Arrays.equals(times, key.times)
            && Arrays.equals(actions, key.actions));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
