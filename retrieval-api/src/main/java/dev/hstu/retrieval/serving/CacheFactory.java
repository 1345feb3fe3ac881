package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.cache.RetrievalCaches;
import dev.hstu.retrieval.config.ServiceConfiguration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;

/// The caches of this process, and what `/metrics` says about them.
///
/// | name | kind | says |
/// |---|---|---|
/// | `hstu_cache_bytes{cache}` | gauge | heap that embeddings, results take, as weighed |
/// | `hstu_cache_entries{cache}` | gauge | how many are kept |
@Factory
final class CacheFactory {

  @Singleton
  RetrievalCaches open(
      ServiceConfiguration configuration, ServerClock clock, MeterRegistry registry) {
    RetrievalCaches caches =
        new RetrievalCaches(
            configuration.cache(), clock.source(), configuration.ladder().keptGraceSeconds());
    gauge(registry, caches, "bytes", "embeddings", RetrievalCaches::embeddingBytes);
    gauge(registry, caches, "bytes", "results", RetrievalCaches::resultBytes);
    gauge(registry, caches, "entries", "embeddings", RetrievalCaches::embeddingCount);
    gauge(registry, caches, "entries", "results", RetrievalCaches::resultCount);
    return caches;
  }

  private static void gauge(
      MeterRegistry registry,
      RetrievalCaches caches,
      String what,
      String cache,
      ToDoubleFunction<RetrievalCaches> value) {
    Gauge.builder("hstu.cache." + what, caches, value)
        .description("What is kept of answers")
        .tag("cache", cache)
        .register(registry);
  }
}
