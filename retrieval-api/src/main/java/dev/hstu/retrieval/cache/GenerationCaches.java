package dev.hstu.retrieval.cache;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.search.SearchOptions;
import org.jspecify.annotations.Nullable;

/// The caches of the process as one generation sees them; its keys name it and its model. Closed
/// with the generation.
public final class GenerationCaches implements AutoCloseable {

  private final RetrievalCaches caches;
  private final String fingerprint;
  private final boolean readsTimes;
  private final String generation;

  GenerationCaches(
      RetrievalCaches caches, String fingerprint, boolean readsTimes, String generation) {
    this.caches = caches;
    this.fingerprint = fingerprint;
    this.readsTimes = readsTimes;
    this.generation = generation;
  }

  /// The key of the embedding of a user who isn't named; shares the window's arrays.
  public EmbeddingKey key(HistoryBatch window) {
    return key(window, null);
  }

  /// The key of one user's embedding; shares the window's arrays.
  ///
  /// @param userId with whom it is to be forgotten; null where nobody is named
  public EmbeddingKey key(HistoryBatch window, @Nullable String userId) {
    return readsTimes
        ? EmbeddingKey.of(fingerprint, window, userId)
        : EmbeddingKey.withoutTimes(fingerprint, window, userId);
  }

  /// The key of a list, with arguments as [ResultKey] takes them.
  public ResultKey key(
      EmbeddingKey user,
      long itemsVersion,
      long setsVersion,
      int k,
      int[] excludedRows,
      FilterRule filter,
      SearchOptions search) {
    return new ResultKey(
        user, generation, itemsVersion, setsVersion, k, excludedRows, filter, search);
  }

  /// User embeddings, float[D] each, not to be changed.
  public SingleFlightCache<EmbeddingKey, float[]> embeddings() {
    return caches.embeddings();
  }

  /// Lists of candidates.
  public SingleFlightCache<ResultKey, KeptList> results() {
    return caches.results();
  }

  /// Drops what is this generation's alone. Call once, when no request uses it any more.
  @Override
  public void close() {
    caches.close(fingerprint, generation);
  }
}
