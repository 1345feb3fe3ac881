package dev.hstu.retrieval.evaluate;

import dev.hstu.index.search.Candidates;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Keeps the ranks of every case, four bytes a case, filter and ranking. Each case is written by
/// one thread and read after the run.
final class RankRecorder implements Evaluation.AnswerListener {

  private final Map<SeenFilter, int[]> exact = new EnumMap<>(SeenFilter.class);
  private final Map<SeenFilter, int[]> throughIndex = new EnumMap<>(SeenFilter.class);

  RankRecorder(List<SeenFilter> filters, int cases) {
    for (SeenFilter filter : filters) {
      exact.put(filter, new int[cases]);
      throughIndex.put(filter, new int[cases]);
    }
  }

  @Override
  public void answered(int c, float[] user, Candidates answer) {}

  @Override
  public void ranked(int c, SeenFilter filter, long exactRank, long indexRank) {
    exact(filter)[c] = Math.toIntExact(exactRank);
    throughIndex(filter)[c] = Math.toIntExact(indexRank);
  }

  /// By case, 0 where the target can't be ranked; owned here.
  int[] exact(SeenFilter filter) {
    return of(exact, filter);
  }

  /// By case, 0 where the target wasn't returned; owned here.
  int[] throughIndex(SeenFilter filter) {
    return of(throughIndex, filter);
  }

  private static int[] of(Map<SeenFilter, int[]> ranks, SeenFilter filter) {
    int[] kept = ranks.get(filter);
    if (kept == null) {
      throw new IllegalArgumentException(filter.label() + " is not recorded");
    }
    return kept;
  }
}
