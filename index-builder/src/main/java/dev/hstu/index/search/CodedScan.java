package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.CodedVectors;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.util.List;

/// The sweep of [ExactScan] by int8 codes: chunk after chunk of rows for up to
/// [SweepBuffers#MAX_QUERIES] queries together. Between chunks each query's floor is the worst
/// score it still keeps; of a chunk, the rows that the codes can't hold below the floor are scored
/// in float32. [CodedVectors] bounds what codes leave out, so none of the best is passed over.
final class CodedScan {

  /// Rows of a chunk: with 64 values its codes stay in the second-level cache for all queries.
  private static final int MAX_CHUNK = 4_096;

  /// The first chunk fills the heap and is scored whole, so it is small …
  private static final int MIN_CHUNK = 256;

  /// … and chunks grow with the rows seen, as floors rise ever more slowly: by one row in so many.
  private static final int GROWTH = 4;

  private final VectorMatrix vectors;
  private final CodedVectors codes;
  private final Int8Sweep sweep;

  private CodedScan(VectorMatrix vectors, CodedVectors codes, Int8Sweep sweep) {
    this.vectors = vectors;
    this.codes = codes;
    this.sweep = sweep;
  }

  static CodedScan of(VectorMatrix vectors, Int8Sweep sweep) {
    return new CodedScan(vectors, CodedVectors.of(vectors), sweep);
  }

  String description() {
    return "int8 codes scored again in float32, " + sweep.description();
  }

  /// Offers the best rows to the targets, which have begun.
  void sweep(float[][] queries, List<? extends ItemFilter> filters, List<Candidates> targets) {
    for (int from = 0; from < queries.length; from += SweepBuffers.MAX_QUERIES) {
      int to = Math.min(queries.length, from + SweepBuffers.MAX_QUERIES);
      sweepTogether(queries, filters, targets, from, to);
    }
  }

  private void sweepTogether(
      float[][] queries,
      List<? extends ItemFilter> filters,
      List<Candidates> targets,
      int from,
      int to) {
    SweepBuffers buffers = targets.get(from).sweepBuffers();
    buffers.begin(to - from, vectors.dimension(), MAX_CHUNK, true);
    for (int i = from; i < to; i++) {
      targets.get(i).codedQuery.set(queries[i]);
      buffers.setQuery(i - from, targets.get(i).codedQuery.codes());
    }
    int count;
    for (int first = 0; first < vectors.rows(); first += count) {
      count = Math.min(chunk(first), vectors.rows() - first);
      for (int i = from; i < to; i++) {
        Candidates target = targets.get(i);
        int blocks = CodeBlocks.count(count);
        int firstBlock = first / CodeBlocks.ROWS;
        codes.setFloors(
            target.codedQuery, i - from, target.best.floor(), firstBlock, blocks, buffers);
      }
      long offset = codes.offsetBytes(first / CodeBlocks.ROWS);
      sweep.sweep(codes.codes(), offset, Int8Sweep.NO_NEXT, count, buffers);
      for (int i = from; i < to; i++) {
        score(queries[i], i - from, first, buffers, filters.get(i), targets.get(i));
      }
    }
  }

  /// Whole blocks.
  private static int chunk(int rowsSeen) {
    int grown = Math.clamp(rowsSeen / GROWTH, MIN_CHUNK, MAX_CHUNK);
    return grown / CodeBlocks.ROWS * CodeBlocks.ROWS;
  }

  /// Scores the rows given out for a query. They ascend over the whole sweep, so an equal score
  /// can't replace a kept one.
  private void score(
      float[] query,
      int number,
      int first,
      SweepBuffers buffers,
      ItemFilter filter,
      Candidates target) {
    BestRows best = target.best;
    float[] scores = target.block;
    int given = buffers.count(number);
    for (int from = 0; from < given; from += scores.length) {
      int count = Math.min(scores.length, given - from);
      // All scores before any comparison, so that the reads of several rows overlap.
      for (int i = 0; i < count; i++) {
        scores[i] = InnerProducts.ofRow(query, vectors, first + buffers.row(number, from + i));
      }
      for (int i = 0; i < count; i++) {
        int row = first + buffers.row(number, from + i);
        if (scores[i] > best.floor() && filter.accepts(row)) {
          best.offer(row, scores[i]);
        }
      }
    }
  }
}
