package dev.hstu.retrieval.retrieve;

import dev.hstu.index.search.Candidates;

/// The arrays of one worker, used again for each query and grown to the largest so far, so that a
/// search allocates no vectors. For one thread at a time.
public final class RetrievalBuffers {

  /// Candidates fit without growing up to the default k.
  private static final int EXPECTED_K = 100;

  final ExclusionSet exclusions = new ExclusionSet();
  final Candidates found = new Candidates(EXPECTED_K);
  private int[] rows = new int[256];
  private int[] items = new int[256];
  private long[] times = new long[256];
  private float[] actions = new float[256];

  /// Room for so many events; the former content is lost when it grows.
  void reserveEvents(int events) {
    if (items.length < events) {
      items = new int[events];
      times = new long[events];
      actions = new float[events];
    }
  }

  /// Room for the rows of so many ids.
  int[] rows(int ids) {
    if (rows.length < ids) {
      rows = new int[ids];
    }
    return rows;
  }

  int[] items() {
    return items;
  }

  /// What was done at each event, NaN where it isn't said.
  float[] actions() {
    return actions;
  }

  long[] times() {
    return times;
  }
}
