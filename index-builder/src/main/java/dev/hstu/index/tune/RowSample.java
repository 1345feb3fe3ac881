package dev.hstu.index.tune;

import java.util.SplittableRandom;

/// Some of many rows, drawn so that each set of that size is as likely as any other (selection
/// sampling, Knuth, TAOCP 2, 3.4.2, algorithm S).
public final class RowSample {

  private RowSample() {}

  /// Draws distinct rows.
  ///
  /// @param rows to draw from
  /// @param wanted of them; all where there are no more
  /// @return ascending
  public static int[] of(int rows, int wanted, SplittableRandom random) {
    int[] drawn = new int[Math.min(rows, wanted)];
    int taken = 0;
    for (int row = 0; taken < drawn.length; row++) {
      if (random.nextDouble() * (rows - row) < drawn.length - taken) {
        drawn[taken++] = row;
      }
    }
    return drawn;
  }
}
