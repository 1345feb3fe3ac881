package dev.hstu.encoder.compute.torch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Splits users into groups of like length, longest first, so that little is padded and the largest
/// temporaries of a group, `(users, L, L)` a head, stay within the caches.
///
/// @param maxCells bound on `users · L²`, float32 cells of one attention matrix; a single user may
///     exceed it
/// @param maxRows bound on `users · L`, which keeps groups of very short histories small; a single
///     user may exceed it
public record MicroBatches(long maxCells, int maxRows) {

  /// 160,000 cells are 640 kB, four users of 200 events: at `hstu-large` one user alone costs 13.0
  /// ms on one core, each of two 10.4, of four 9.4, and of sixteen 9.2. 8,192 rows of 50 values are
  /// 1.6 MB.
  public static final MicroBatches DEFAULT = new MicroBatches(160_000, 8_192);

  public MicroBatches {
    if (maxCells < 1 || maxRows < 1) {
      throw new IllegalArgumentException(
          "maxCells=%d and maxRows=%d must be at least 1".formatted(maxCells, maxRows));
    }
  }

  /// The groups, each a list of positions in `lengths`; users of equal length keep their order.
  public List<int[]> plan(int[] lengths) {
    int[] longestFirst =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingInt(user -> lengths[user]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    List<int[]> groups = new ArrayList<>();
    for (int from = 0; from < longestFirst.length; ) {
      long length = Math.max(1, lengths[longestFirst[from]]);
      long users = Math.max(1, Math.min(maxCells / (length * length), maxRows / length));
      int to = (int) Math.min(longestFirst.length, from + users);
      groups.add(IntStream.range(from, to).map(at -> longestFirst[at]).toArray());
      from = to;
    }
    return groups;
  }
}
