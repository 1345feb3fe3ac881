package dev.hstu.index.format;

import java.util.Arrays;

/// Puts the members of each group next to each other.
final class Grouping {

  private Grouping() {}

  /// The members in order of group and, within one, ascending: a counting sort.
  ///
  /// @param groupOf the group of each member, `0 <= group < starts.length - 1`
  /// @param starts filled: group g's members stand at `starts[g]..starts[g + 1] - 1` of the result
  static int[] order(int[] groupOf, int[] starts) {
    Arrays.fill(starts, 0);
    for (int group : groupOf) {
      starts[group + 1]++;
    }
    for (int group = 1; group < starts.length; group++) {
      starts[group] += starts[group - 1];
    }
    int[] next = starts.clone();
    int[] order = new int[groupOf.length];
    for (int member = 0; member < groupOf.length; member++) {
      order[next[groupOf[member]]++] = member;
    }
    return order;
  }
}
