package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.cpu.Int8Sweep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares the query with every vector: the truth that recall is measured against, and the fastest
/// way for small catalogues, narrow filters and batches.
///
/// Rows are scored in blocks of [Candidates#BLOCK_ROWS] by [InnerProducts]; a batch scores each
/// block for all its queries while the block is in cache, four queries at a time. A scan made
/// [#withCodes] sweeps int8 codes instead, a quarter of the memory, and scores only those rows that
/// the codes can't rule out: the same candidates and scores to the bit. Nothing is allocated once
/// the [Candidates] have grown.
public final class ExactScan implements ItemIndex {

  private static final int BLOCK = Candidates.BLOCK_ROWS;

  /// Queries that share the loads of a row in [InnerProducts#ofRowsByFour].
  private static final int TILE = 4;

  /// Below one accepted row in so many, rows are picked one by one instead of swept in blocks.
  private static final int SPARSE_FILTER_ROWS = 8;

  private final VectorMatrix vectors;
  private final @Nullable CodedScan codes;

  /// Scans these vectors, all finite; they stay owned by the caller.
  public ExactScan(VectorMatrix vectors) {
    this(vectors, null);
  }

  private ExactScan(VectorMatrix vectors, @Nullable CodedScan codes) {
    this.vectors = vectors;
    this.codes = codes;
  }

  /// Scans these vectors by int8 codes, which are made here and take one byte a value of native
  /// memory.
  ///
  /// @throws IllegalStateException when [ScanKernel#PROPERTY] asks for a kernel that can't run here
  public static ExactScan withCodes(VectorMatrix vectors) {
    return withCodes(vectors, ScanKernel.chosen());
  }

  static ExactScan withCodes(VectorMatrix vectors, Int8Sweep sweep) {
    return new ExactScan(vectors, CodedScan.of(vectors, sweep));
  }

  /// What is swept, and by what.
  public String description() {
    return codes == null ? "float32, " + InnerProducts.description() : codes.description();
  }

  @Override
  public int size() {
    return vectors.rows();
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  /// The inner product of the query with one row.
  public float score(float[] query, int row) {
    Queries.require(query, dimension(), 1);
    return InnerProducts.ofRow(query, vectors, row);
  }

  /// Copies one row's vector into `target`, which is at least as long.
  public void copyVector(int row, float[] target) {
    vectors.copyRow(row, target);
  }

  /// The inner products of the query with every row, for ranks beyond any k.
  ///
  /// @param scores at least [#size] long; the first `size` are filled
  public void scoreAll(float[] query, float[] scores) {
    Queries.require(query, dimension(), 1);
    if (scores.length < size()) {
      throw new IllegalArgumentException(
          "scores has room for %d of %d rows".formatted(scores.length, size()));
    }
    InnerProducts.ofRows(query, vectors, 0, size(), scores);
  }

  /// Counts better rows over these vectors, for exact ranks; one for each thread.
  public RankCounter rankCounter() {
    return new RankCounter(vectors, codes);
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    scan(query, k, filter, target, SearchPath.EXACT_PLANNED);
  }

  /// As [#search], leaving `path` in the result.
  void scan(float[] query, int k, ItemFilter filter, Candidates target, SearchPath path) {
    Queries.require(query, dimension(), k);
    target.begin(kept(k));
    if (isSparse(filter)) {
      pick(query, filter, target);
    } else if (codes != null) {
      codes.sweep(new float[][] {query}, kept(k), List.of(filter), List.of(target));
      target.addVisited(size());
    } else {
      sweep(query, filter, target);
    }
    target.finish(path);
  }

  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    Queries.requireBatch(queries, filters, targets);
    for (int i = 0; i < queries.length; i++) {
      Queries.require(queries[i], dimension(), k);
      targets.get(i).begin(kept(k));
      targets.get(i).addVisited(size());
    }
    if (codes == null) {
      sweepBatch(queries, filters, targets);
    } else {
      codes.sweep(queries, kept(k), filters, targets);
    }
    for (int i = 0; i < queries.length; i++) {
      targets.get(i).finish(SearchPath.EXACT_PLANNED);
    }
  }

  private int kept(int k) {
    return Math.min(k, Math.max(1, size()));
  }

  private void sweepBatch(
      float[][] queries, List<? extends ItemFilter> filters, List<Candidates> targets) {
    for (int first = 0; first < size(); first += BLOCK) {
      int count = Math.min(BLOCK, size() - first);
      scoreBlock(queries, first, count, targets);
      for (int i = 0; i < queries.length; i++) {
        keepBest(targets.get(i), first, count, filters.get(i));
      }
    }
  }

  private void scoreBlock(float[][] queries, int first, int count, List<Candidates> targets) {
    int i = 0;
    for (; i + TILE <= queries.length; i += TILE) {
      InnerProducts.ofRowsByFour(
          queries[i],
          queries[i + 1],
          queries[i + 2],
          queries[i + 3],
          vectors,
          first,
          count,
          targets.get(i).block,
          targets.get(i + 1).block,
          targets.get(i + 2).block,
          targets.get(i + 3).block);
    }
    for (; i < queries.length; i++) {
      InnerProducts.ofRows(queries[i], vectors, first, count, targets.get(i).block);
    }
  }

  private boolean isSparse(ItemFilter filter) {
    return filter.maxAccepted(size()) < size() / SPARSE_FILTER_ROWS;
  }

  private void pick(float[] query, ItemFilter filter, Candidates target) {
    int row = filter.nextAccepted(0, size());
    while (row < size()) {
      target.best.offer(row, InnerProducts.ofRow(query, vectors, row));
      target.addVisited(1);
      row = filter.nextAccepted(row + 1, size());
    }
  }

  private void sweep(float[] query, ItemFilter filter, Candidates target) {
    for (int first = 0; first < size(); first += BLOCK) {
      int count = Math.min(BLOCK, size() - first);
      InnerProducts.ofRows(query, vectors, first, count, target.block);
      keepBest(target, first, count, filter);
      BackgroundThreads.giveWay();
    }
    target.addVisited(size());
  }

  /// Offers the block's scores. Rows ascend over the whole sweep, so an equal score comes from a
  /// higher row and can't replace a kept one: only greater scores need a look, and only those ask
  /// the filter.
  private static void keepBest(Candidates target, int first, int count, ItemFilter filter) {
    BestRows best = target.best;
    float[] scores = target.block;
    float floor = best.floor();
    int i = InnerProducts.nextAbove(floor, scores, 0, count);
    while (i < count) {
      if (scores[i] > floor && filter.accepts(first + i)) {
        best.offer(first + i, scores[i]);
        floor = best.floor();
      }
      i = InnerProducts.nextAbove(floor, scores, i + 1, count);
    }
  }
}
