package dev.hstu.retrieval.admission;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.index.search.SearchOptions;
import java.util.Arrays;

/// What the steps of [QualityStep] do without.
///
/// @param searchBeam of a graph search, at least 1
/// @param searchRecall that a search in partitions aims at, above 0 and at most 1
/// @param historyEvents newest events that are encoded, at least 1
/// @param graceSeconds how long past its expiry a kept embedding answers, 0 for not at all
public record StepParameters(
    int searchBeam, double searchRecall, int historyEvents, int graceSeconds) {

  /// What a build measures, and a service uses unless told otherwise.
  public static final StepParameters DEFAULT = new StepParameters(150, 0.8, 50, 300);

  public StepParameters {
    if (searchBeam < 1 || !(searchRecall > 0 && searchRecall <= 1)) {
      throw new IllegalArgumentException(
          "searchBeam=%d must be at least 1 and searchRecall=%s above 0 and at most 1"
              .formatted(searchBeam, searchRecall));
    }
    if (historyEvents < 1 || graceSeconds < 0) {
      throw new IllegalArgumentException(
          "historyEvents=%d must be at least 1 and graceSeconds=%d at least 0"
              .formatted(historyEvents, graceSeconds));
    }
  }

  /// A search no wider than the one of a full answer.
  public SearchOptions smaller(SearchOptions full) {
    return new SearchOptions(
        full.beam() == 0 ? searchBeam : Math.min(full.beam(), searchBeam),
        full.plan(),
        full.recall() == 0 ? searchRecall : Math.min(full.recall(), searchRecall));
  }

  /// The newest events of one user; the same object where they are no more.
  public HistoryBatch shorter(HistoryBatch window) {
    int events = window.items().length;
    int start = events - historyEvents;
    return start <= 0
        ? window
        : new HistoryBatch(
            new int[] {0, historyEvents},
            Arrays.copyOfRange(window.items(), start, events),
            Arrays.copyOfRange(window.times(), start, events),
            Arrays.copyOfRange(
                window.actions(),
                Math.min(start, window.actions().length),
                window.actions().length),
            window.requestTimes());
  }
}
