package dev.hstu.retrieval.serving;

import dev.hstu.index.live.LiveIndex;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.ToDoubleFunction;

/// What `/metrics` says about what serves, besides [ServiceMetrics]; read when it is asked for.
/// Not a number where nothing serves or there is no such thing.
///
/// | name | kind | says |
/// |---|---|---|
/// | `hstu_generation_age_seconds` | gauge | since the generation was built |
/// | `hstu_generation_items` | gauge | items that may be returned |
/// | `hstu_items_age_seconds` | gauge | since an item last changed, by generation or update |
/// | `hstu_updates_behind` | gauge | durable updates that aren't searchable yet |
/// | `hstu_updates_bytes` | gauge | memory of what updates changed |
/// | `hstu_process_resident_bytes` | gauge | memory of the process, mapped files included |
@Context
final class ServiceGauges {

  private static final Path STATM = Path.of("/proc/self/statm");
  private static final int PAGE_BYTES = 4096;

  private final GenerationSwitch generations;
  private final SharedUpdateLog updates;
  private final ServiceMetrics metrics;
  private final ServerClock clock;

  ServiceGauges(
      GenerationSwitch generations,
      SharedUpdateLog updates,
      ServiceMetrics metrics,
      ServerClock clock,
      MeterRegistry registry) {
    this.generations = generations;
    this.updates = updates;
    this.metrics = metrics;
    this.clock = clock;
    gauge(
        registry,
        "hstu.generation.age.seconds",
        "Seconds since the generation that serves was built",
        live -> since(live.manifest().createdAt()));
    gauge(
        registry,
        "hstu.generation.items",
        "Items that may be returned",
        live -> live.live().map(l -> l.status().live()).orElse(live.manifest().items()));
    gauge(
        registry,
        "hstu.items.age.seconds",
        "Seconds since an item last changed, by a generation or an update",
        this::itemsAge);
    gauge(registry, "hstu.updates.behind", "Durable updates not searchable yet", this::behind);
    gauge(
        registry,
        "hstu.updates.bytes",
        "Memory of what updates changed",
        live -> live.live().map(l -> (double) l.status().laterBytes()).orElse(Double.NaN));
    Gauge.builder("hstu.process.resident.bytes", ServiceGauges::residentBytes)
        .description("Memory of the process, mapped files included")
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<LiveGeneration> value) {
    Gauge.builder(
            name, generations, all -> all.current().map(value::applyAsDouble).orElse(Double.NaN))
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  private double itemsAge(LiveGeneration live) {
    Instant built = live.manifest().createdAt();
    return since(metrics.lastUpdate().filter(built::isBefore).orElse(built));
  }

  private double behind(LiveGeneration live) {
    return live.live().map(this::behind).orElse(Double.NaN);
  }

  private double behind(LiveIndex live) {
    long searchable = live.status().version();
    return Math.max(0, updates.lastSequence() - searchable);
  }

  private double since(Instant then) {
    return Duration.between(then, clock.source().instant()).toMillis() / 1e3;
  }

  /// Not a number where the kernel doesn't tell.
  private static double residentBytes() {
    try {
      String[] pages = Files.readString(STATM).split(" ");
      return (double) Long.parseLong(pages[1]) * PAGE_BYTES;
    } catch (IOException | RuntimeException e) {
      return Double.NaN;
    }
  }
}
