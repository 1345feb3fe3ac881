package dev.hstu.kernels.cpu;

import java.util.Arrays;
import java.util.Objects;

/// Some queries in int8 codes, and the keys that each keeps of what was swept for it: scratch
/// memory that grows to the largest use so far. For one thread.
///
/// A key is a score and a row in one `long` that orders as they do: in the upper half the score's
/// bits, turned so that they order as integers; in the lower the complement of the row.
public final class KeptKeys {

  /// Keys that a sweep may write before it looks for room again.
  public static final int STRIP_ROWS = 128;

  /// Keys that a sweep may write behind the last it keeps.
  private static final int SLACK = CodeBlocks.ROWS;

  private int queries;
  private int dimension;
  private int queryBytes;
  private int room;

  byte[] codes = new byte[0];
  float[] steps = new float[0];
  float[] weights = new float[0];
  float[] floors = new float[0];
  int[] wanted = new int[0];
  int[] counts = new int[0];
  long[] keys = new long[0];
  long[] scratch = new long[0];

  /// Makes room; all queries are then to be set, and nothing is kept.
  ///
  /// @param queryCount at least 1
  /// @param codeDimension 1..[CodeBlocks#MAX_DIMENSION]
  /// @param mostWanted keys that any query wants, at least 1
  public void begin(int queryCount, int codeDimension, int mostWanted) {
    Objects.checkIndex(codeDimension - 1, CodeBlocks.MAX_DIMENSION);
    Objects.checkIndex(queryCount - 1, Integer.MAX_VALUE);
    Objects.checkIndex(mostWanted - 1, Integer.MAX_VALUE);
    queries = queryCount;
    dimension = codeDimension;
    queryBytes = CodeBlocks.groups(codeDimension) * CodeBlocks.COLUMNS;
    room = Math.addExact(Math.multiplyExact(2, mostWanted), 2 * STRIP_ROWS);
    int codeBytes = Math.multiplyExact(queries, queryBytes);
    int keyCount = Math.multiplyExact(queries, room + SLACK);
    if (codes.length < codeBytes) {
      codes = new byte[codeBytes];
    }
    if (counts.length < queries) {
      steps = new float[queries];
      weights = new float[queries];
      floors = new float[queries];
      wanted = new int[queries];
      counts = new int[queries];
    }
    if (keys.length < keyCount) {
      keys = new long[keyCount];
    }
    if (scratch.length < room) {
      scratch = new long[room];
    }
  }

  /// Sets a query; nothing is kept for it.
  ///
  /// @param queryCodes int8 `[dimension]`, within ±[CodeBlocks#MAX_CODE]; may be longer
  /// @param step the value of one step of a code
  /// @param weight of a row's spread, where rows are ranked
  /// @param mostKept keys wanted in the end, 1 to those wanted by any
  public void setQuery(int query, byte[] queryCodes, float step, float weight, int mostKept) {
    int at = Objects.checkIndex(query, queries) * queryBytes;
    Objects.checkIndex(mostKept - 1, (room - 2 * STRIP_ROWS) / 2);
    System.arraycopy(queryCodes, 0, codes, at, dimension);
    Arrays.fill(codes, at + dimension, at + queryBytes, (byte) 0);
    steps[query] = step;
    weights[query] = weight;
    floors[query] = Float.NEGATIVE_INFINITY;
    wanted[query] = mostKept;
    counts[query] = 0;
  }

  /// The number of queries.
  public int queries() {
    return queries;
  }

  /// The length of the queries.
  public int dimension() {
    return dimension;
  }

  /// Keys there is room for, a query.
  int room() {
    return room;
  }

  /// Whether a query has room for one more strip.
  public boolean hasRoom(int query) {
    return counts[query] + STRIP_ROWS <= room;
  }

  /// How many keys are kept for a query.
  public int count(int query) {
    return counts[query];
  }

  /// Sets how many of a query's keys are kept, of those there are, and its floor.
  ///
  /// @param floor scores below are not kept from now on
  public void keep(int query, int count, float floor) {
    counts[Objects.checkIndex(query, queries)] = Objects.checkIndex(count, room + 1);
    floors[query] = floor;
  }

  /// The score below which nothing is kept for a query any more.
  public float floor(int query) {
    return floors[query];
  }

  /// All keys; those of a query begin at [#firstKey].
  public long[] keys() {
    return keys;
  }

  /// Where a query's keys begin.
  public int firstKey(int query) {
    return Objects.checkIndex(query, queries) * (room + SLACK);
  }
}
