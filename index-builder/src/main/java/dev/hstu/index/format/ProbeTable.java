package dev.hstu.index.format;

import java.util.Arrays;

/// How many partitions to sweep for a recall, by k: measured when the segment was written.
///
/// @param ks ascending; may be empty, where every partition is swept
/// @param recalls ascending
/// @param probes `[ks][recalls]`, 1..partitions, ascending along both
/// @param partitions how many there are
record ProbeTable(int[] ks, float[] recalls, int[][] probes, int partitions) {

  /// Every partition, always.
  static ProbeTable all(int partitions) {
    return new ProbeTable(new int[0], new float[0], new int[0][], partitions);
  }

  /// The probes for a recall among the best k. Between two k of the table it follows the line
  /// through them, beyond the last one the proportion. Between two recalls the logarithm of the
  /// probes follows that of the misses, which is nearly a line; a recall below the first takes the
  /// first, one beyond the last takes all partitions.
  int probes(double k, double recall) {
    int column = 0;
    while (column < recalls.length && recalls[column] < (float) recall) {
      column++;
    }
    if (ks.length == 0 || column == recalls.length) {
      return partitions;
    }
    double needed = needed(k, column);
    if (column > 0 && recalls[column] != (float) recall) {
      double below = needed(k, column - 1);
      double share = fewerMisses(column, recall) / fewerMisses(column, recalls[column]);
      needed = below * Math.pow(needed / below, share);
    }
    return (int) Math.min(partitions, Math.ceil(needed));
  }

  /// By the logarithm, how many times fewer misses a recall leaves than the column before.
  private double fewerMisses(int column, double recall) {
    return Math.log((1 - recalls[column - 1]) / (1 - recall));
  }

  private double needed(double k, int column) {
    int above = 0;
    while (above < ks.length && ks[above] < k) {
      above++;
    }
    if (above == 0) {
      return probes[0][column];
    }
    int below = probes[above - 1][column];
    if (above == ks.length) {
      return below * k / ks[above - 1];
    }
    double share = (k - ks[above - 1]) / (ks[above] - ks[above - 1]);
    return below + share * (probes[above][column] - below);
  }

  @Override
  public String toString() {
    return "k %s recall %s probes %s of %d"
        .formatted(
            Arrays.toString(ks), Arrays.toString(recalls), Arrays.deepToString(probes), partitions);
  }
}
