package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.retrieve.CacheUse;
import dev.hstu.retrieval.retrieve.Ranking;
import dev.hstu.retrieval.retrieve.Retrieval;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What `/metrics` says about retrieval. Rates and latencies of all routes are Micronaut's own
/// `http_server_requests_seconds`.
///
/// | name | kind | says |
/// |---|---|---|
/// | `hstu_retrieve_stage_seconds{stage}` | histogram | queue, encode, search, write, total |
/// | `hstu_retrieve_in_flight` | gauge | requests being computed or waiting |
/// | `hstu_retrieve_queued` | gauge | requests waiting for a worker |
/// | `hstu_admission_limit` | gauge | requests that may be under way, found by latency |
/// | `hstu_ladder_step` | gauge | how well requests are answered now, 0 for full ([QualityStep]) |
/// | `hstu_retrieve_quality_total{step}` | counter | answers by what they did without |
/// | `hstu_retrieve_fallbacks_total` | counter | answers from the popular list |
/// | `hstu_retrieve_shortfalls_total` | counter | answers with fewer than k candidates |
/// | `hstu_retrieve_cache_total{use}` | counter | answers by what was kept, see [CacheUse] |
/// | `hstu_retrieve_repeated_total` | counter | of those, to the bytes of an earlier request |
/// | `hstu_retrieve_unknown_items_total` | counter | events skipped, their item unknown |
/// | `hstu_retrieve_turned_away_total{reason}` | counter | no candidates, see [TurnedAway] |
/// | `hstu_item_updates_total` | counter | changes of items made durable |
/// | `hstu_generation_info{generation,model,engine}` | gauge, 1 | what serves |
/// | `hstu_generation_swaps_total{outcome}` | counter | served, refused |
@Singleton
public final class ServiceMetrics {

  /// Why a request got no candidates.
  public enum TurnedAway {
    QUEUE_FULL,
    OVER_LIMIT,
    WOULD_BE_LATE,
    DEADLINE,
    STOPPING,
    NOT_READY,
    ENCODER_UNAVAILABLE
  }

  /// Bucket edges from a cached search to the deadline; each edge is one more series per stage.
  private static final Duration[] EDGES =
      List.of(200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 2_000_000)
          .stream()
          .map(micros -> Duration.of(micros, ChronoUnit.MICROS))
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final ServerClock clock;
  private volatile @Nullable Instant lastUpdate;
  private final Timer queue;
  private final Timer encode;
  private final Timer search;
  private final Timer write;
  private final Timer total;
  private final Counter fallbacks;
  private final Counter shortfalls;
  private final Counter repeated;
  private final Counter unknownItems;
  private final Counter itemUpdates;
  private final Counter served;
  private final Counter refused;
  private final MultiGauge generation;
  private final Map<CacheUse, Counter> cacheUses = new EnumMap<>(CacheUse.class);
  private final Map<QualityStep, Counter> qualities = new EnumMap<>(QualityStep.class);
  private final Map<TurnedAway, Counter> turnedAway = new EnumMap<>(TurnedAway.class);

  public ServiceMetrics(MeterRegistry registry, RetrievalWorkers workers, ServerClock clock) {
    this.registry = registry;
    this.clock = clock;
    queue = stage("queue");
    encode = stage("encode");
    search = stage("search");
    write = stage("write");
    total = stage("total");
    fallbacks = counter("hstu.retrieve.fallbacks", "Answers from the popular list");
    shortfalls = counter("hstu.retrieve.shortfalls", "Answers with fewer than k candidates");
    repeated =
        counter("hstu.retrieve.repeated", "Answers to the bytes of an earlier request, not read");
    unknownItems = counter("hstu.retrieve.unknown.items", "Events skipped, their item unknown");
    itemUpdates = counter("hstu.item.updates", "Changes of items made durable");
    served = swaps("served");
    refused = swaps("refused");
    generation =
        MultiGauge.builder("hstu.generation.info")
            .description("The generation that serves; always 1")
            .register(registry);
    Gauge.builder("hstu.retrieve.in.flight", workers, RetrievalWorkers::inFlight)
        .description("Requests being computed or waiting")
        .register(registry);
    Gauge.builder("hstu.retrieve.queued", workers, RetrievalWorkers::queued)
        .description("Requests waiting for a worker")
        .register(registry);
    Gauge.builder("hstu.admission.limit", workers, RetrievalWorkers::limit)
        .description("Requests that may be under way, found by latency")
        .register(registry);
    Gauge.builder("hstu.ladder.step", workers, w -> w.step().number())
        .description("How well requests are answered now, 0 for full")
        .register(registry);
    for (CacheUse use : CacheUse.values()) {
      cacheUses.put(use, cacheUseCounter(use));
    }
    for (QualityStep step : QualityStep.values()) {
      qualities.put(step, qualityCounter(step));
    }
    for (TurnedAway reason : TurnedAway.values()) {
      turnedAway.put(reason, turnedAwayCounter(reason));
    }
  }

  /// Counts one answer. Stages it didn't need don't count.
  public void answered(Retrieval retrieval, long queueNanos, long totalNanos) {
    queue.record(queueNanos, TimeUnit.NANOSECONDS);
    total.record(totalNanos, TimeUnit.NANOSECONDS);
    if (retrieval.cache() != CacheUse.RESULT) {
      search.record(retrieval.searchNanos(), TimeUnit.NANOSECONDS);
    }
    if (retrieval.encodeNanos() > 0) {
      encode.record(retrieval.encodeNanos(), TimeUnit.NANOSECONDS);
    }
    if (retrieval.ranking() == Ranking.POPULARITY) {
      fallbacks.increment();
    }
    Objects.requireNonNull(cacheUses.get(retrieval.cache())).increment();
    unknownItems.increment(retrieval.unknownItems());
    if (retrieval.shortfall() != null) {
      shortfalls.increment();
    }
  }

  /// Counts the time it took to write one answer after it was found.
  public void written(long nanos) {
    write.record(nanos, TimeUnit.NANOSECONDS);
  }

  /// Counts changes of items that are on the disk now.
  public void itemsUpdated(int count) {
    itemUpdates.increment(count);
    if (count > 0) {
      lastUpdate = clock.source().instant();
    }
  }

  /// When an item was changed last; empty before the first change that this process took.
  Optional<Instant> lastUpdate() {
    return Optional.ofNullable(lastUpdate);
  }

  /// Counts one answer, counted by [#answered] too, whose request needed no reading.
  public void repeated() {
    repeated.increment();
  }

  /// Counts how well one request was answered.
  public void answeredAt(QualityStep step) {
    Objects.requireNonNull(qualities.get(step)).increment();
  }

  /// Counts one request that got no candidates.
  public void turnedAway(TurnedAway reason) {
    Objects.requireNonNull(turnedAway.get(reason)).increment();
  }

  /// Says which generation serves from now on.
  void serving(LiveGeneration live) {
    served.increment();
    Tags tags =
        Tags.of(
            "generation", live.manifest().id(),
            "model", live.manifest().modelFingerprint(),
            "engine", live.engine());
    generation.register(List.of(MultiGauge.Row.of(tags, 1)), true);
  }

  /// Counts a published generation that could not be taken up.
  void refused() {
    refused.increment();
  }

  private Timer stage(String stage) {
    return Timer.builder("hstu.retrieve.stage")
        .description("Time of one request by stage")
        .tag("stage", stage)
        .serviceLevelObjectives(EDGES)
        .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  private Counter swaps(String outcome) {
    return Counter.builder("hstu.generation.swaps")
        .description("Published generations, taken up or not")
        .tag("outcome", outcome)
        .register(registry);
  }

  private Counter cacheUseCounter(CacheUse use) {
    return Counter.builder("hstu.retrieve.cache")
        .description("Answers by how much of them was kept")
        .tag("use", use.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private Counter qualityCounter(QualityStep step) {
    return Counter.builder("hstu.retrieve.quality")
        .description("Answers by how good they are")
        .tag("step", step.label())
        .register(registry);
  }

  private Counter turnedAwayCounter(TurnedAway reason) {
    return Counter.builder("hstu.retrieve.turned.away")
        .description("Requests that got no candidates")
        .tag("reason", reason.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
