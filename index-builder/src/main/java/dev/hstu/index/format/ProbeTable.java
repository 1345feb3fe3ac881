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
  /// through them, beyond the last one the proportion; a recall between two of the table takes the
  /// higher, one beyond the last takes all partitions.
  int probes(double k, double recall) {
    int column = 0;
    while (column < recalls.length && recalls[column] < (float) recall) {
      column++;
    }
    if (ks.length == 0 || column == recalls.length) {
      return partitions;
    }
    int above = 0;
    while (above < ks.length && ks[above] < k) {
      above++;
    }
    double needed;
    if (above == 0) {
      needed = probes[0][column];
    } else if (above == ks.length) {
      needed = probes[above - 1][column] * k / ks[above - 1];
    } else {
      double share = (k - ks[above - 1]) / (ks[above] - ks[above - 1]);
      int below = probes[above - 1][column];
      needed = below + share * (probes[above][column] - below);
    }
    return (int) Math.min(partitions, Math.ceil(needed));
  }

  @Override
  public String toString() {
    return "k %s recall %s probes %s of %d"
        .formatted(
            Arrays.toString(ks), Arrays.toString(recalls), Arrays.deepToString(probes), partitions);
  }
}
