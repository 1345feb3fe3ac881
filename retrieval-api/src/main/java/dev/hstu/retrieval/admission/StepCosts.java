package dev.hstu.retrieval.admission;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How good answers are at each step, as a build measures it on users of its data and keeps it with
/// the generation. Immutable.
///
/// Among the generation's figures they are named `ladder.shorter-history.hr@100`,
/// `ladder.shorter-history.recall@100` and so on, `ladder.full` for full answers; beside them stand
/// the parameters they were measured with, `ladder.history-events` and so on.
public final class StepCosts {

  /// The k of the answers.
  public static final int K = 100;

  private static final String PREFIX = "ladder.";
  private static final String HIT_RATE = ".hr@" + K;
  private static final String RECALL = ".recall@" + K;
  private static final String SEARCH_BEAM = PREFIX + "search-beam";
  private static final String SEARCH_RECALL = PREFIX + "search-recall";
  private static final String HISTORY_EVENTS = PREFIX + "history-events";
  private static final String GRACE_SECONDS = PREFIX + "grace-seconds";

  /// The quality of answers.
  ///
  /// @param hitRate share of users whose next item is among the first [#K]
  /// @param recall mean share of the exact first [#K] of the whole history that is returned
  public record Quality(double hitRate, double recall) {}

  private final Map<QualityStep, Quality> measured;

  private StepCosts(Map<QualityStep, Quality> measured) {
    this.measured = measured;
  }

  /// Nothing was measured.
  public static StepCosts unknown() {
    return new StepCosts(Map.of());
  }

  /// @param measured every step, full answers too; copied
  public static StepCosts of(Map<QualityStep, Quality> measured) {
    return new StepCosts(new EnumMap<>(measured));
  }

  /// Reads a generation's figures.
  ///
  /// @param parameters of the steps as they will be taken; what was measured with others tells
  ///     nothing of them and isn't taken up
  public static StepCosts read(SortedMap<String, Double> figures, StepParameters parameters) {
    Map<QualityStep, Quality> measured = new EnumMap<>(QualityStep.class);
    for (QualityStep step : QualityStep.values()) {
      Double hitRate = figures.get(PREFIX + step.label() + HIT_RATE);
      Double recall = figures.get(PREFIX + step.label() + RECALL);
      if (hitRate != null && recall != null && isMeasured(step, figures, parameters)) {
        measured.put(step, new Quality(hitRate, recall));
      }
    }
    return new StepCosts(measured);
  }

  private static boolean isMeasured(
      QualityStep step, SortedMap<String, Double> figures, StepParameters parameters) {
    boolean search =
        is(figures.get(SEARCH_BEAM), parameters.searchBeam())
            && is(figures.get(SEARCH_RECALL), parameters.searchRecall());
    return switch (step) {
      case FULL, POPULAR -> true;
      case SMALLER_SEARCH -> search;
      case SHORTER_HISTORY -> search && is(figures.get(HISTORY_EVENTS), parameters.historyEvents());
      case STALE_EMBEDDING -> search && is(figures.get(GRACE_SECONDS), parameters.graceSeconds());
    };
  }

  private static boolean is(@Nullable Double figure, double value) {
    return figure != null && figure == value;
  }

  /// The figures for a generation.
  ///
  /// @param parameters they were measured with
  public SortedMap<String, Double> figures(StepParameters parameters) {
    SortedMap<String, Double> figures = new TreeMap<>();
    measured.forEach(
        (step, quality) -> {
          figures.put(PREFIX + step.label() + HIT_RATE, quality.hitRate);
          figures.put(PREFIX + step.label() + RECALL, quality.recall);
        });
    figures.put(SEARCH_BEAM, (double) parameters.searchBeam());
    figures.put(SEARCH_RECALL, parameters.searchRecall());
    figures.put(HISTORY_EVENTS, (double) parameters.historyEvents());
    figures.put(GRACE_SECONDS, (double) parameters.graceSeconds());
    return figures;
  }

  /// The quality at a step; empty where it was not measured.
  public Optional<Quality> at(QualityStep step) {
    return Optional.ofNullable(measured.get(step));
  }

  /// The steps of which it isn't known what they cost, though it was measured for others or with
  /// other parameters; none where nothing was measured at all.
  public List<QualityStep> unknownOf(List<QualityStep> steps) {
    return at(QualityStep.FULL).isEmpty()
        ? List.of()
        : steps.stream().filter(step -> at(step).isEmpty()).toList();
  }

  /// What a step takes away from full answers; empty where either was not measured. May be below 0:
  /// a shorter history sometimes hits more often.
  public Optional<Quality> cost(QualityStep step) {
    return at(QualityStep.FULL)
        .flatMap(
            full ->
                at(step)
                    .map(
                        there ->
                            new Quality(full.hitRate - there.hitRate, full.recall - there.recall)));
  }
}
