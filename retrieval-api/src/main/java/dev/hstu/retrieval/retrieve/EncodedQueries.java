package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.sequence.RequestInterval;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Queries whose histories shared one call of the encoder, with what it made of them. Immutable;
/// made by [CachedRetriever#encode] and [Retriever#encode].
public final class EncodedQueries {

  /// One query of the call.
  ///
  /// @param unknownItems events skipped, their item unknown to the model
  /// @param embedding float[dimension], of length 1, shared; null without a known event
  /// @param validity the request times for which it is the same; null with it
  /// @param cache whether the embedding was there already
  /// @param failure why the history could not be encoded; null where it could
  public record Encoded(
      RetrievalQuery query,
      int unknownItems,
      float @Nullable [] embedding,
      @Nullable RequestInterval validity,
      CacheUse cache,
      @Nullable Throwable failure) {

    /// Of a query without a known event.
    static Encoded without(RetrievalQuery query, int unknownItems) {
      return new Encoded(query, unknownItems, null, null, CacheUse.MISS, null);
    }

    /// Of a query whose history could not be encoded.
    static Encoded failed(RetrievalQuery query, int unknownItems, Throwable failure) {
      return new Encoded(query, unknownItems, null, null, CacheUse.MISS, failure);
    }

    /// Refuses a query whose history could not be encoded.
    ///
    /// @throws CompletionException with the cause
    void require() {
      if (failure != null) {
        throw new CompletionException(failure);
      }
    }
  }

  private final List<Encoded> queries;
  private final long encodeNanos;

  EncodedQueries(List<Encoded> queries, long encodeNanos) {
    this.queries = List.copyOf(queries);
    this.encodeNanos = encodeNanos;
  }

  /// In the order they were given.
  public List<Encoded> queries() {
    return queries;
  }

  /// Refuses them together where one could not be encoded.
  ///
  /// @throws CompletionException with the first cause
  public void requireAll() {
    queries.forEach(Encoded::require);
  }

  /// Time of the encoder's call, 0 where there was none.
  public long encodeNanos() {
    return encodeNanos;
  }

  /// The call's time, shared out among those that were encoded.
  long encodeNanosEach() {
    long encoded =
        queries.stream()
            .filter(query -> query.embedding() != null && query.cache() == CacheUse.MISS)
            .count();
    return encoded == 0 ? 0 : encodeNanos / encoded;
  }
}
