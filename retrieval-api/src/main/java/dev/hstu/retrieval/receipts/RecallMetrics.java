package dev.hstu.retrieval.receipts;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What `/metrics` says about recall.
///
/// | name | kind | says |
/// |---|---|---|
/// | `hstu_recall{generation,selectivity}` | gauge | mean of live queries; `all` counts too |
/// | `hstu_recall_lower{generation,selectivity}` | gauge | where its 95 % interval begins |
/// | `hstu_recall_upper{generation,selectivity}` | gauge | where it ends |
/// | `hstu_recall_samples{generation,selectivity}` | gauge | queries it is the mean of |
/// | `hstu_recall_decayed{generation}` | gauge | 1 while it is below that of the build |
/// | `hstu_recall_answers_total{outcome}` | counter | answers put aside, by [SampleOutcome] |
/// | `hstu_recall_cpu_seconds_total` | counter | processor time of exact answers |
final class RecallMetrics {

  private static final String ALL = "all";

  private final RecallLedger ledger;

  /// Held here, since a registry holds what it asks by weak references.
  private final LongSupplier cpuNanos;

  private final MultiGauge mean;
  private final MultiGauge lower;
  private final MultiGauge upper;
  private final MultiGauge samples;
  private final MultiGauge decayed;

  RecallMetrics(
      MeterRegistry registry,
      RecallLedger ledger,
      Map<SampleOutcome, LongAdder> outcomes,
      LongSupplier cpuNanos) {
    this.ledger = ledger;
    this.cpuNanos = cpuNanos;
    mean = gauge(registry, "hstu.recall", "Mean recall of live queries");
    lower = gauge(registry, "hstu.recall.lower", "Where its 95 % interval begins");
    upper = gauge(registry, "hstu.recall.upper", "Where its 95 % interval ends");
    samples = gauge(registry, "hstu.recall.samples", "Queries that recall is the mean of");
    decayed = gauge(registry, "hstu.recall.decayed", "1 while recall is below that of the build");
    outcomes.forEach(
        (outcome, count) ->
            FunctionCounter.builder("hstu.recall.answers", count, LongAdder::sum)
                .description("Answers put aside to measure recall")
                .tag("outcome", outcome.label())
                .register(registry));
    FunctionCounter.builder("hstu.recall.cpu.seconds", this, RecallMetrics::cpuSeconds)
        .description("Processor time of exact answers")
        .register(registry);
  }

  private double cpuSeconds() {
    return (double) cpuNanos.getAsLong() / TimeUnit.SECONDS.toNanos(1);
  }

  /// Shows what the ledger now keeps, in place of what it kept before.
  void show() {
    List<MultiGauge.Row<?>> means = new ArrayList<>();
    List<MultiGauge.Row<?>> lowers = new ArrayList<>();
    List<MultiGauge.Row<?>> uppers = new ArrayList<>();
    List<MultiGauge.Row<?>> counts = new ArrayList<>();
    List<MultiGauge.Row<?>> flags = new ArrayList<>();
    for (GenerationRecall recall : ledger.generations()) {
      flags.add(
          MultiGauge.Row.of(
              Tags.of("generation", recall.generation()), recall, r -> r.decayed() ? 1 : 0));
      for (Shown shown : shown(recall)) {
        means.add(shown.row(RecallInterval::mean));
        lowers.add(shown.row(RecallInterval::lower));
        uppers.add(shown.row(RecallInterval::upper));
        counts.add(shown.row(RecallInterval::samples));
      }
    }
    mean.register(means, true);
    lower.register(lowers, true);
    upper.register(uppers, true);
    samples.register(counts, true);
    decayed.register(flags, true);
  }

  private static List<Shown> shown(GenerationRecall recall) {
    List<Shown> shown = new ArrayList<>();
    shown.add(new Shown(recall, null));
    for (Selectivity selectivity : Selectivity.values()) {
      if (recall.interval(selectivity) != null) {
        shown.add(new Shown(recall, selectivity));
      }
    }
    return shown;
  }

  /// One series.
  ///
  /// @param selectivity null for all
  private record Shown(GenerationRecall recall, @Nullable Selectivity selectivity) {

    MultiGauge.Row<GenerationRecall> row(ToDoubleFunction<RecallInterval> value) {
      return MultiGauge.Row.of(
          Tags.of(
              "generation",
              recall.generation(),
              "selectivity",
              selectivity == null ? ALL : selectivity.label()),
          recall,
          r -> {
            @Nullable RecallInterval interval = r.interval(selectivity);
            return interval == null ? Double.NaN : value.applyAsDouble(interval);
          });
    }
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }
}
