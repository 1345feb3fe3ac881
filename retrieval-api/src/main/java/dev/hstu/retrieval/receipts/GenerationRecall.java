package dev.hstu.retrieval.receipts;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// The receipts of one generation. For any number of threads.
///
/// Decay is judged against the recall that its build measured or, where that measured none, against
/// the mean of its first [#FIRST_SAMPLES] receipts.
final class GenerationRecall {

  /// Receipts that stand for a build's measurement: they place a mean to a hundredth.
  static final int FIRST_SAMPLES = 100;

  /// Receipts that count as recent: what decay is noticed within.
  static final int RECENT = 500;

  private final String generation;
  private final double tolerance;
  private final boolean measuredByBuild;
  private final MeanEstimate all = new MeanEstimate();
  private final Map<Selectivity, MeanEstimate> bySelectivity = new EnumMap<>(Selectivity.class);
  private final float[] recent = new float[RECENT];
  private OptionalDouble baseline;
  private @Nullable DecayMonitor monitor;

  /// @param measured by its build
  GenerationRecall(String generation, OptionalDouble measured, double tolerance) {
    this.generation = generation;
    this.tolerance = tolerance;
    this.measuredByBuild = measured.isPresent();
    this.baseline = measured;
    if (measured.isPresent()) {
      monitor = new DecayMonitor(measured.getAsDouble() - tolerance);
    }
  }

  String generation() {
    return generation;
  }

  synchronized void add(Receipt receipt) {
    double recall = receipt.recall();
    recent[(int) (all.samples() % RECENT)] = (float) recall;
    all.add(recall);
    bySelectivity.computeIfAbsent(receipt.selectivity(), _ -> new MeanEstimate()).add(recall);
    if (monitor != null) {
      monitor.add(recall);
    } else if (all.samples() == FIRST_SAMPLES) {
      baseline = OptionalDouble.of(all.mean());
      monitor = new DecayMonitor(all.mean() - tolerance);
    }
  }

  synchronized boolean decayed() {
    return monitor != null && monitor.decayed();
  }

  /// All, or of one selectivity; null without a sample.
  synchronized @Nullable RecallInterval interval(@Nullable Selectivity selectivity) {
    MeanEstimate estimate = selectivity == null ? all : bySelectivity.get(selectivity);
    return estimate == null ? null : estimate.interval();
  }

  synchronized RecallReport.OfGeneration report() {
    Map<String, RecallInterval> selectivities = new LinkedHashMap<>();
    bySelectivity.forEach(
        (selectivity, estimate) -> {
          @Nullable RecallInterval interval = estimate.interval();
          if (interval != null) {
            selectivities.put(selectivity.label(), interval);
          }
        });
    return new RecallReport.OfGeneration(
        generation,
        all.interval(),
        recentInterval(),
        baseline,
        measuredByBuild,
        monitor != null && monitor.decayed(),
        selectivities);
  }

  private @Nullable RecallInterval recentInterval() {
    int count = (int) Math.min(RECENT, all.samples());
    MeanEstimate estimate = new MeanEstimate();
    for (int i = 0; i < count; i++) {
      estimate.add(recent[i]);
    }
    return estimate.interval();
  }
}
