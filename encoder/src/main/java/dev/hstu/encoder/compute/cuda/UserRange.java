package dev.hstu.encoder.compute.cuda;

import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.List;

/// Neighbouring users of a batch.
///
/// @param from the first
/// @param to after the last, above `from`
record UserRange(int from, int to) {

  UserRange {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("users %d..%d are none".formatted(from, to));
    }
  }

  int users() {
    return to - from;
  }

  /// Splits a batch, in its order, into the longest ranges within a budget.
  ///
  /// @param maxTokens events of a range, at least those of any one user
  /// @param maxUsers users of a range
  static List<UserRange> split(HistoryBatch batch, int maxTokens, int maxUsers) {
    int[] offsets = batch.offsets();
    List<UserRange> ranges = new ArrayList<>();
    for (int from = 0; from < batch.users(); ) {
      int to = from + 1;
      while (to < batch.users()
          && to - from < maxUsers
          && offsets[to + 1] - offsets[from] <= maxTokens) {
        to++;
      }
      ranges.add(new UserRange(from, to));
      from = to;
    }
    return ranges;
  }
}
