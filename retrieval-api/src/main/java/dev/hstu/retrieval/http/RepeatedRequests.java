package dev.hstu.retrieval.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.hstu.retrieval.config.CacheSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.retrieve.Retrieval;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// What requests were answered with whose list was kept already: the same bytes are answered again
/// without being read, on the thread they come in on. Reading the ids of a history and finding
/// their rows costs several times what the rest of such an answer does.
///
/// An entry says what its answer depends on, and whoever finds one asks whether that still holds;
/// memory is bounded, and what is not asked for again goes first. For any number of threads.
@Singleton
final class RepeatedRequests {

  /// What an entry takes beside bytes: Caffeine's node, its place in the hash table, the records.
  private static final int ENTRY_BYTES = 300;

  private final @Nullable Cache<RequestBody, Repeated> kept;

  /// An answer and what it depends on besides the request's bytes.
  ///
  /// @param generation whose answer it is
  /// @param itemsVersion of the items searched
  /// @param requestTime of the answer, whole seconds
  /// @param isNow whether that was the server's clock, so that the answer to the same bytes has
  ///     another one
  /// @param retrieval without its list
  /// @param candidates as they are sent, shared with the lists kept
  record Repeated(
      String generation,
      long itemsVersion,
      long requestTime,
      boolean isNow,
      Retrieval retrieval,
      byte[] candidates) {

    /// Whether the same bytes get this answer now.
    ///
    /// @param nowSeconds the server's clock
    boolean holds(String servedGeneration, long currentItemsVersion, long nowSeconds) {
      return generation.equals(servedGeneration)
          && itemsVersion == currentItemsVersion
          && (!isNow
              || (nowSeconds >= requestTime
                  && retrieval.validity() != null
                  && retrieval.validity().contains(nowSeconds)));
    }
  }

  RepeatedRequests(ServiceConfiguration configuration, MeterRegistry registry) {
    CacheSettings settings = configuration.cache();
    kept =
        settings.requestsEnabled()
            ? Caffeine.newBuilder()
                .maximumWeight(settings.requestsBytes())
                .<RequestBody, Repeated>weigher(
                    (body, answer) -> ENTRY_BYTES + body.weight() + answer.candidates().length)
                // Evictions are short; on the caller's thread memory never runs ahead of them.
                .executor(Runnable::run)
                .build()
            : null;
    Gauge.builder("hstu.cache.bytes", this, RepeatedRequests::bytes)
        .description("What is kept of answers")
        .tag("cache", "requests")
        .register(registry);
    Gauge.builder("hstu.cache.entries", this, RepeatedRequests::size)
        .description("What is kept of answers")
        .tag("cache", "requests")
        .register(registry);
  }

  /// What these bytes were answered with; the caller asks whether it [Repeated#holds].
  @Nullable Repeated find(byte[] body) {
    return kept == null ? null : kept.getIfPresent(new RequestBody(body));
  }

  /// Keeps an answer.
  ///
  /// @param body shared and not to be changed any more
  void keep(byte[] body, Repeated answer) {
    if (kept != null) {
      kept.put(new RequestBody(body), answer);
    }
  }

  private double bytes() {
    return kept == null
        ? 0
        : kept.policy()
            .eviction()
            .flatMap(e -> e.weightedSize().stream().boxed().findAny())
            .orElse(0L);
  }

  private double size() {
    return kept == null ? 0 : kept.estimatedSize();
  }
}
