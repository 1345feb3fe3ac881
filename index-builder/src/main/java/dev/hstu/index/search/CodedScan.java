package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.CodedVectors;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.util.ArrayList;
import java.util.List;

/// The sweep of [ExactScan] by int8 codes: chunk after chunk of rows for up to
/// [SweepBuffers#MAX_QUERIES] queries together. Each query has a floor; of a chunk, the rows that
/// the codes can't hold below it are scored in float32. [CodedVectors] bounds what codes leave out,
/// so no row that reaches the floor is passed over.
///
/// The floor is the worst score still kept, and from the start one guessed from a sample of the
/// rows, so that few rows are scored that won't stay. Where fewer than k rows reach the guess it
/// was too high, and the query is swept again without one: the answer is exact in any case.
final class CodedScan {

  /// Rows of a chunk: with 64 values its codes stay in the second-level cache for all queries.
  static final int MAX_CHUNK = 4_096;

  /// The first chunk without a guess is scored whole, so it is small …
  private static final int MIN_CHUNK = 256;

  /// … and chunks grow with the rows seen, as floors rise ever more slowly: by one row in so many.
  private static final int GROWTH = 4;

  /// One row in so many is sampled, in runs of [#MIN_CHUNK].
  private static final int SAMPLED_SHARE = 20;

  /// Fewer rows are swept without a guess.
  private static final int MIN_SAMPLED_ROWS = 1 << 16;

  /// The guess lies so many standard deviations below the score expected at rank k.
  private static final double CAUTION = 3;

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

  CodedVectors codes() {
    return codes;
  }

  Int8Sweep sweep() {
    return sweep;
  }

  /// One query of a batch.
  private static final class Search {
    private final float[] query;
    private final ItemFilter filter;
    private final Candidates target;
    private float guess = Float.NEGATIVE_INFINITY;

    Search(float[] query, ItemFilter filter, Candidates target) {
      this.query = query;
      this.filter = filter;
      this.target = target;
      target.codedQuery.set(query);
    }

    float floor() {
      return Math.max(guess, target.best.floor());
    }

    /// Whether every row that is among the best was scored.
    boolean isComplete() {
      return guess == Float.NEGATIVE_INFINITY || target.best.floor() >= guess;
    }
  }

  /// Keeps the best `k` rows of each query in its target.
  ///
  /// @param k at least 1, at most the number of rows unless there are none
  void sweep(
      float[][] queries, int k, List<? extends ItemFilter> filters, List<Candidates> targets) {
    List<Search> searches = new ArrayList<>();
    for (int i = 0; i < queries.length; i++) {
      searches.add(new Search(queries[i], filters.get(i), targets.get(i)));
    }
    for (int from = 0; from < searches.size(); from += SweepBuffers.MAX_QUERIES) {
      int to = Math.min(searches.size(), from + SweepBuffers.MAX_QUERIES);
      sweepTogether(searches.subList(from, to), k);
    }
  }

  private void sweepTogether(List<Search> searches, int k) {
    guess(searches, k);
    sweepAll(searches, k);
    List<Search> again = new ArrayList<>();
    for (Search search : searches) {
      if (!search.isComplete()) {
        search.guess = Float.NEGATIVE_INFINITY;
        again.add(search);
      }
    }
    if (!again.isEmpty()) {
      sweepAll(again, k);
    }
  }

  private void sweepAll(List<Search> searches, int k) {
    SweepBuffers buffers = begin(searches, k);
    int count;
    for (int first = 0; first < vectors.rows(); first += count) {
      int chunk =
          searches.getFirst().guess == Float.NEGATIVE_INFINITY
              ? Math.clamp(first / GROWTH, MIN_CHUNK, MAX_CHUNK)
              : MAX_CHUNK;
      count = Math.min(chunk / CodeBlocks.ROWS * CodeBlocks.ROWS, vectors.rows() - first);
      sweepChunk(searches, first, count, buffers);
    }
  }

  /// Takes as each query's guess the score at a rank of the sample that surely lies below the k-th
  /// best of all, if rows come in no order.
  private void guess(List<Search> searches, int k) {
    double expected = (double) k / SAMPLED_SHARE;
    // r with r − CAUTION · √r = expected.
    double root = (CAUTION + Math.sqrt(CAUTION * CAUTION + 4 * expected)) / 2;
    int rank = (int) Math.ceil(root * root);
    if (vectors.rows() < MIN_SAMPLED_ROWS
        || rank > vectors.rows() / SAMPLED_SHARE / SAMPLED_SHARE) {
      return;
    }
    SweepBuffers buffers = begin(searches, rank);
    int stride = MIN_CHUNK * SAMPLED_SHARE;
    for (int first = 0; first + MIN_CHUNK <= vectors.rows(); first += stride) {
      sweepChunk(searches, first, MIN_CHUNK, buffers);
    }
    for (Search search : searches) {
      search.guess = search.target.best.floor();
    }
  }

  private SweepBuffers begin(List<Search> searches, int k) {
    SweepBuffers buffers = searches.getFirst().target.sweepBuffers();
    buffers.begin(searches.size(), vectors.dimension(), MAX_CHUNK, true);
    for (int i = 0; i < searches.size(); i++) {
      searches.get(i).target.best.reset(k);
      buffers.setQuery(i, searches.get(i).target.codedQuery.codes());
    }
    return buffers;
  }

  private void sweepChunk(List<Search> searches, int first, int count, SweepBuffers buffers) {
    int firstBlock = first / CodeBlocks.ROWS;
    int blocks = CodeBlocks.count(count);
    for (int i = 0; i < searches.size(); i++) {
      Search search = searches.get(i);
      codes.setFloors(search.target.codedQuery, i, search.floor(), firstBlock, blocks, buffers);
    }
    sweep.sweep(codes.codes(), codes.offsetBytes(firstBlock), Int8Sweep.NO_NEXT, count, buffers);
    for (int i = 0; i < searches.size(); i++) {
      score(searches.get(i), i, first, buffers);
    }
  }

  /// Scores the rows given out for a query. They ascend over the whole sweep, so an equal score
  /// can't replace a kept one.
  private void score(Search search, int number, int first, SweepBuffers buffers) {
    BestRows best = search.target.best;
    float[] scores = search.target.block;
    int[] rows = search.target.blockRows;
    int given = buffers.count(number);
    for (int from = 0; from < given; from += scores.length) {
      int count = Math.min(scores.length, given - from);
      for (int i = 0; i < count; i++) {
        rows[i] = first + buffers.row(number, from + i);
      }
      InnerProducts.ofPicked(search.query, vectors, rows, count, scores);
      for (int i = 0; i < count; i++) {
        if (scores[i] > best.floor() && search.filter.accepts(rows[i])) {
          best.offer(rows[i], scores[i]);
        }
      }
    }
  }
}
