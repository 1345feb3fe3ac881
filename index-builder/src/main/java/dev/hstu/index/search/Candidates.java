package dev.hstu.index.search;

import dev.hstu.index.format.PartitionSearch;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.CodedQuery;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The result of a search, made to be reused: it owns its arrays and the search's scratch memory,
/// which grow to the largest search so far and are then no longer allocated. For one thread and one
/// search at a time.
public final class Candidates {

  /// Rows scored between two looks at the heap: the scores stay in the first-level cache and the
  /// rows of one block in the second.
  static final int BLOCK_ROWS = 256;

  private int[] rows;
  private float[] scores;
  private int size;
  private SearchPath path = SearchPath.EXACT_PLANNED;
  private long visited;

  /// The best k of the whole search.
  final BestRows best;

  /// What one graph segment reached, by the graph's own scores.
  final BestRows reached;

  /// Scratch memory for partitions, made by the first search that needs it.
  private @Nullable PartitionSearch partitionSearch;

  /// What each shard found.
  private final List<Candidates> parts = new ArrayList<>();

  /// Scratch memory for sweeps of int8 codes, made by the first search that needs it.
  private @Nullable SweepBuffers sweepBuffers;

  /// The query of a sweep of int8 codes.
  final CodedQuery codedQuery = new CodedQuery();

  /// Scores of one block of rows.
  final float[] block = new float[BLOCK_ROWS];

  /// The rows they belong to, where those don't follow each other.
  final int[] blockRows = new int[BLOCK_ROWS];

  /// Room for `expectedK` candidates without growing.
  public Candidates(int expectedK) {
    rows = new int[expectedK];
    scores = new float[expectedK];
    best = new BestRows(expectedK);
    reached = new BestRows(expectedK);
  }

  /// How many were found.
  public int size() {
    return size;
  }

  /// The catalogue row of the i-th best, `0 <= i < size`.
  public int row(int i) {
    return rows[checked(i)];
  }

  /// The inner product of the i-th best.
  public float score(int i) {
    return scores[checked(i)];
  }

  /// How they were found.
  public SearchPath path() {
    return path;
  }

  /// Vectors compared with the query by the graph or the scan, for tuning and metrics.
  public long visited() {
    return visited;
  }

  /// A copy of all rows, best first.
  public int[] rows() {
    return Arrays.copyOf(rows, size);
  }

  /// A copy of all scores, best first.
  public float[] scores() {
    return Arrays.copyOf(scores, size);
  }

  PartitionSearch partitionSearch() {
    if (partitionSearch == null) {
      partitionSearch = new PartitionSearch();
    }
    return partitionSearch;
  }

  /// Makes [#part] safe to call from the threads of a search.
  void reserveParts(int count) {
    while (parts.size() < count) {
      parts.add(new Candidates(rows.length));
    }
  }

  /// What one shard found, to be merged.
  Candidates part(int shard) {
    return parts.get(shard);
  }

  SweepBuffers sweepBuffers() {
    if (sweepBuffers == null) {
      sweepBuffers = new SweepBuffers();
    }
    return sweepBuffers;
  }

  void begin(int k) {
    size = 0;
    visited = 0;
    best.reset(k);
  }

  /// Whether a row is among the first `count` of the finished search, until the next one finishes.
  boolean holds(int row, int count) {
    for (int i = 0; i < count; i++) {
      if (rows[i] == row) {
        return true;
      }
    }
    return false;
  }

  /// Puts what a finished search found back among the best, for another search to add to it. From
  /// worst to best, which no heap has to move.
  void reopen(int k) {
    best.reset(k);
    for (int i = size - 1; i >= 0; i--) {
      best.offer(rows[i], scores[i]);
    }
  }

  void addVisited(long vectors) {
    visited += vectors;
  }

  /// Sorts the best into the result.
  void finish(SearchPath by) {
    if (rows.length < best.size()) {
      rows = new int[best.size()];
      scores = new float[best.size()];
    }
    size = best.drainDescending(rows, scores);
    path = by;
  }

  private int checked(int i) {
    if (i < 0 || i >= size) {
      throw new IndexOutOfBoundsException("candidate " + i + " of " + size);
    }
    return i;
  }
}
