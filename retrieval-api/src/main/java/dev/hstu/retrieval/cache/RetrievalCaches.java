package dev.hstu.retrieval.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hstu.retrieval.config.CacheSettings;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/// The caches of a process, each within one bound for all open generations together: user
/// embeddings by [EmbeddingKey], lists of candidates by [ResultKey]. A generation takes part from
/// [#open] to the close of what that returns; then its lists go, and its embeddings with the last
/// generation of their model. For any number of threads.
public final class RetrievalCaches {

  /// What an entry takes beside key and value: Caffeine's node, its place in the hash table, the
  /// order of use and the timer wheel.
  private static final int ENTRY_BYTES = 200;

  private static final int ARRAY_BYTES = 16;

  private final SingleFlightCache<EmbeddingKey, float[]> embeddings;
  private final SingleFlightCache<ResultKey, KeptList> results;

  /// Open generations by the fingerprint of their model.
  private final Map<String, Integer> openByModel = new HashMap<>();

  /// @param clock what request times are compared with to tell when an entry has ended
  public RetrievalCaches(CacheSettings settings, InstantSource clock) {
    this(settings, clock, 0);
  }

  /// @param graceSeconds how long embeddings stay past the end of their interval
  public RetrievalCaches(CacheSettings settings, InstantSource clock, int graceSeconds) {
    embeddings =
        new SingleFlightCache<>(
            settings.embeddingsEnabled()
                ? weighed(
                    settings.embeddingsBytes(),
                    (key, value) -> key.bytes() + ARRAY_BYTES + Float.BYTES * value.length,
                    new ExactExpiry<>(
                        clock, EmbeddingKey::validity, settings.replaySeconds(), graceSeconds),
                    clock)
                : null);
    results =
        new SingleFlightCache<>(
            settings.resultsEnabled()
                ? weighed(
                    settings.resultsBytes(),
                    (key, value) -> key.bytes() + value.bytes(),
                    new ExactExpiry<>(
                        clock, key -> key.user().validity(), settings.replaySeconds(), 0),
                    clock)
                : null);
  }

  private static <K, V> Cache<K, V> weighed(
      long maxBytes, ToIntBiFunction<K, V> bytes, ExactExpiry<K, V> expiry, InstantSource clock) {
    return Caffeine.newBuilder()
        .maximumWeight(maxBytes)
        .<K, V>weigher((key, value) -> ENTRY_BYTES + bytes.applyAsInt(key, value))
        .expireAfter(expiry)
        .ticker(ExactExpiry.ticker(clock))
        // Evictions are short; on the caller's thread memory never runs ahead of them.
        .executor(Runnable::run)
        .build();
  }

  /// The caches as a generation uses them, whose model reads the times of events and requests.
  ///
  /// @param fingerprint of its model
  public GenerationCaches open(String fingerprint, String generation) {
    return open(fingerprint, true, generation);
  }

  /// The caches as a generation uses them.
  ///
  /// @param fingerprint of its model
  /// @param readsTimes whether its model does
  public GenerationCaches open(String fingerprint, boolean readsTimes, String generation) {
    synchronized (openByModel) {
      openByModel.merge(fingerprint, 1, Integer::sum);
    }
    return new GenerationCaches(this, fingerprint, readsTimes, generation);
  }

  /// What was kept of a user's requests and is no more.
  public record Forgotten(int embeddings, int lists) {}

  /// Drops what requests of a user had kept. What equals it and was kept for another request first
  /// stays, since it is that one's; so does, until its time ends, what a request keeps that is
  /// under way now.
  public Forgotten forget(String user) {
    int lists = results.dropIf(key -> key.user().isOf(user));
    return new Forgotten(embeddings.dropIf(key -> key.isOf(user)), lists);
  }

  void close(String fingerprint, String generation) {
    boolean last;
    synchronized (openByModel) {
      @Nullable Integer left =
          openByModel.computeIfPresent(fingerprint, (_, open) -> open == 1 ? null : open - 1);
      last = left == null;
    }
    results.dropIf(key -> key.generation().equals(generation));
    if (last) {
      embeddings.dropIf(key -> key.fingerprint().equals(fingerprint));
    }
  }

  SingleFlightCache<EmbeddingKey, float[]> embeddings() {
    return embeddings;
  }

  SingleFlightCache<ResultKey, KeptList> results() {
    return results;
  }

  /// Memory of the embeddings kept, as weighed.
  public long embeddingBytes() {
    return embeddings.bytes();
  }

  /// Memory of the lists kept, as weighed.
  public long resultBytes() {
    return results.bytes();
  }

  /// Number of embeddings kept, about.
  public long embeddingCount() {
    return embeddings.size();
  }

  /// Number of lists kept, about.
  public long resultCount() {
    return results.size();
  }
}
