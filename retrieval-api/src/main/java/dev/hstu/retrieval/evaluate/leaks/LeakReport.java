package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.retrieval.evaluate.RankingMetrics;
import java.util.List;

/// What an audit found.
///
/// @param cases looked at
/// @param leaks found, none in a clean evaluation
/// @param notes what could not be looked for, and why
/// @param presented metrics of the evaluation as presented, all leaks in it
/// @param mended metrics without any leak; those presented where there are none
public record LeakReport(
    int cases,
    List<Leak> leaks,
    List<String> notes,
    RankingMetrics.Summary presented,
    RankingMetrics.Summary mended) {

  public LeakReport {
    leaks = List.copyOf(leaks);
    notes = List.copyOf(notes);
  }

  public boolean isClean() {
    return leaks.isEmpty();
  }
}
