package dev.hstu.index.search;

import java.util.ArrayList;
import java.util.List;

/// The rows of one shard: contiguous, the first shard from row 0 and each other from where the one
/// before it ends.
///
/// @param firstRow of the catalogue
/// @param rows perhaps 0, where there are fewer rows than shards
public record ShardRange(int firstRow, int rows) {

  /// All rows divided evenly.
  ///
  /// @param shards at least 1
  public static List<ShardRange> divide(int rows, int shards) {
    List<ShardRange> ranges = new ArrayList<>(shards);
    int first = 0;
    for (int s = 1; s <= shards; s++) {
      int end = (int) ((long) rows * s / shards);
      ranges.add(new ShardRange(first, end - first));
      first = end;
    }
    return List.copyOf(ranges);
  }
}
