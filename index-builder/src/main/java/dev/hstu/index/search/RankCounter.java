package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.CodedQuery;
import dev.hstu.index.scan.CodedVectors;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Counts how many rows score better than one row of each query's own, over all rows: the exact
/// rank, however deep, without keeping a score or a heap. Equal scores rank by row.
///
/// Over int8 codes most rows are decided by the bound on what the codes leave out: surely below,
/// or surely above; only those between are scored in float32. So the count is that of the float32
/// scores of [InnerProducts], to the last tie. For one thread; scratch memory is one block of
/// scores a query.
public final class RankCounter {

  /// Queries that share the loads of a row.
  private static final int TILE = 4;

  private static final int BLOCK = Candidates.BLOCK_ROWS;

  /// From so many rows of a chunk on it pays to know the bound of all its blocks.
  private static final int MANY_GIVEN = 512;

  private final VectorMatrix vectors;
  private final @Nullable CodedScan codes;
  private final SweepBuffers buffers = new SweepBuffers();
  private final CodedQuery[] codedQueries = new CodedQuery[SweepBuffers.MAX_QUERIES];
  private final float[][] tile = new float[TILE][BLOCK];
  private final int[] undecided = new int[BLOCK];
  private final int[] places = new int[CodedScan.MAX_CHUNK];

  RankCounter(VectorMatrix vectors, @Nullable CodedScan codes) {
    this.vectors = vectors;
    this.codes = codes;
    Arrays.setAll(codedQueries, i -> new CodedQuery());
  }

  /// Counts for a batch; the vectors are read once for up to [SweepBuffers#MAX_QUERIES] queries.
  ///
  /// @param queries float `[n][dimension]`
  /// @param rows int `[n]`, the row each query asks about
  /// @return int `[n]`, rows with a higher score, and those with the same score before it
  public int[] countBetter(float[][] queries, int[] rows) {
    if (queries.length != rows.length) {
      throw new IllegalArgumentException(
          "%d queries ask about %d rows; give one row per query"
              .formatted(queries.length, rows.length));
    }
    float[] floors = new float[queries.length];
    for (int q = 0; q < queries.length; q++) {
      Queries.require(queries[q], vectors.dimension(), 1);
      floors[q] = InnerProducts.ofRow(queries[q], vectors, rows[q]);
    }
    int[] better = new int[queries.length];
    if (codes == null) {
      countByScores(queries, rows, floors, better);
    } else {
      for (int from = 0; from < queries.length; from += SweepBuffers.MAX_QUERIES) {
        int to = Math.min(queries.length, from + SweepBuffers.MAX_QUERIES);
        countByCodes(codes, queries, rows, floors, better, from, to);
      }
    }
    return better;
  }

  private void countByScores(float[][] queries, int[] rows, float[] floors, int[] better) {
    for (int first = 0; first < vectors.rows(); first += BLOCK) {
      int count = Math.min(BLOCK, vectors.rows() - first);
      for (int q = 0; q < queries.length; q += TILE) {
        int last = queries.length - 1;
        // The last tile is filled up with its last query; those scores aren't looked at.
        InnerProducts.ofRowsByFour(
            queries[q],
            queries[Math.min(q + 1, last)],
            queries[Math.min(q + 2, last)],
            queries[Math.min(q + 3, last)],
            vectors,
            first,
            count,
            tile[0],
            tile[1],
            tile[2],
            tile[3]);
        for (int t = 0; t < TILE && q + t < queries.length; t++) {
          better[q + t] += better(tile[t], first, count, rows[q + t], floors[q + t]);
        }
      }
    }
  }

  /// Rows of a block before `row` need its score, those after it a higher one.
  private static int better(float[] scores, int first, int count, int row, float floor) {
    int before = Math.clamp((long) row - first, 0, count);
    return InnerProducts.countAbove(floor, true, scores, 0, before)
        + InnerProducts.countAbove(floor, false, scores, before, count);
  }

  private void countByCodes(
      CodedScan scan,
      float[][] queries,
      int[] rows,
      float[] floors,
      int[] better,
      int from,
      int to) {
    CodedVectors codedRows = scan.codes();
    buffers.begin(to - from, vectors.dimension(), CodedScan.MAX_CHUNK, true);
    for (int q = from; q < to; q++) {
      codedQueries[q - from].set(queries[q]);
      buffers.setQuery(q - from, codedQueries[q - from].codes());
    }
    for (int first = 0; first < vectors.rows(); first += CodedScan.MAX_CHUNK) {
      int count = Math.min(CodedScan.MAX_CHUNK, vectors.rows() - first);
      int firstBlock = first / CodeBlocks.ROWS;
      for (int q = from; q < to; q++) {
        codedRows.setFloors(
            codedQueries[q - from],
            q - from,
            floors[q],
            firstBlock,
            CodeBlocks.count(count),
            buffers);
      }
      scan.sweep()
          .sweep(
              codedRows.codes(),
              codedRows.offsetBytes(firstBlock),
              Int8Sweep.NO_NEXT,
              count,
              buffers);
      for (int q = from; q < to; q++) {
        better[q] += countGiven(codedRows, q - from, first, queries[q], rows[q], floors[q]);
      }
    }
  }

  /// Decides the rows of a chunk that the codes can't hold below the floor. Where many are given
  /// out, most are above by any block's bound and need no look of their own.
  private int countGiven(
      CodedVectors codedRows, int number, int first, float[] query, int row, float floor) {
    int given = buffers.count(number);
    int certainInAll = Integer.MIN_VALUE;
    int blocks =
        given < MANY_GIVEN
            ? 0
            : CodeBlocks.count(Math.min(CodedScan.MAX_CHUNK, vectors.rows() - first));
    for (int b = 0; b < blocks; b++) {
      certainInAll =
          Math.max(
              certainInAll,
              codedRows.certainProduct(codedQueries[number], floor, first / CodeBlocks.ROWS + b));
    }
    int looked =
        CodedVectors.placesBelow(
            blocks == 0 ? Integer.MAX_VALUE : certainInAll, number, buffers, places);
    int count = given - looked;
    int waiting = 0;
    int block = -1;
    int certain = 0;
    for (int i = 0; i < looked; i++) {
      int candidate = first + buffers.row(number, places[i]);
      if (candidate / CodeBlocks.ROWS != block) {
        block = candidate / CodeBlocks.ROWS;
        certain = codedRows.certainProduct(codedQueries[number], floor, block);
      }
      if (buffers.product(number, places[i]) >= certain) {
        count++;
      } else {
        undecided[waiting++] = candidate;
        if (waiting == BLOCK) {
          count += countUndecided(query, row, floor, waiting);
          waiting = 0;
        }
      }
    }
    return count + countUndecided(query, row, floor, waiting);
  }

  private int countUndecided(float[] query, int row, float floor, int waiting) {
    float[] scores = tile[0];
    InnerProducts.ofPicked(query, vectors, undecided, waiting, scores);
    int count = 0;
    for (int i = 0; i < waiting; i++) {
      boolean better = scores[i] > floor || (scores[i] == floor && undecided[i] < row);
      count += better ? 1 : 0;
    }
    return count;
  }
}
