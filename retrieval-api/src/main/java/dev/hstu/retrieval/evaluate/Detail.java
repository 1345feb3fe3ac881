package dev.hstu.retrieval.evaluate;

import java.util.List;

/// What an evaluation looks at beside the metrics over all cases.
///
/// @param slicings ways of dividing the cases
/// @param lists whether lists of candidates are looked at
/// @param ranked the items that are ranked; the protocol's targets are among them
record Detail(List<Slicing> slicings, boolean lists, RankedItems ranked) {

  /// Metrics only, e.g. between two epochs.
  static final Detail NONE = new Detail(List.of(), false, RankedItems.ALL);

  /// Lists and exact answers are looked at for at most this many users, spread evenly: a search of
  /// the exact best costs many times what a rank does, and so many give a mean recall to ± .001.
  static final int MOST_LISTS = 10_000;

  /// Lengths of lists looked at, ascending: what a page shows, and what a ranker is given.
  static final int[] LIST_LENGTHS = {10, 100};

  Detail {
    slicings = List.copyOf(slicings);
  }
}
