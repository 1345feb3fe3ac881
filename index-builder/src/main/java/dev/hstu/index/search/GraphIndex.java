package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.InnerProducts;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;

/// Lucene HNSW over float32 or quantised vectors, searched segment by segment without Lucene's
/// query layer, which costs 10 %.
///
/// The graph proposes and full precision disposes: every item in the beam is scored again by
/// [InnerProducts], as [ExactScan] does. Filters run inside the walk: refused items are stepped on,
/// not collected.
///
/// A beam that ends up with fewer items than it has room for has seen everything reachable, so a
/// wider one would find nothing more; a scan takes over then, and [Candidates#path] says so. It
/// also takes over when the walk has visited so many items that the scan would have been cheaper,
/// which bounds the time of a search whatever the filter.
public final class GraphIndex implements ItemIndex, Closeable {

  /// Rows a scan passes in the time of one graph visit, which is a random access and a share of two
  /// heaps. Measured at d = 64 in memory.
  private static final int SCANNED_ROWS_PER_VISIT = 12;

  /// Visits measured over Lucene's estimate `beam · ln n`, at the default graph settings.
  private static final double VISITED_SHARE = 0.55;

  private final VectorMatrix vectors;
  private final double oversampling;
  private final ExactScan scan;
  private final IndexReader reader;
  private final List<GraphSegment> segments;

  private GraphIndex(
      VectorMatrix vectors,
      GraphSettings settings,
      IndexReader reader,
      List<GraphSegment> segments) {
    this.vectors = vectors;
    this.oversampling = settings.oversampling();
    this.scan = new ExactScan(vectors);
    this.reader = reader;
    this.segments = segments;
  }

  /// Opens a float32 graph.
  ///
  /// @see #open(List, VectorMatrix, GraphSettings)
  public static GraphIndex open(List<Path> shards, VectorMatrix vectors) throws IOException {
    return open(shards, vectors, GraphSettings.DEFAULT);
  }

  /// Opens the index that [GraphIndexWriter] wrote, one folder per shard.
  ///
  /// @param settings it was written with, of which the bits widen the default beam
  /// @param vectors the very vectors indexed; owned by the caller and open as long as this is
  /// @throws IOException when a folder holds no whole index, or the documents of all shards are not
  ///     exactly the rows of `vectors`
  public static GraphIndex open(List<Path> shards, VectorMatrix vectors, GraphSettings settings)
      throws IOException {
    IndexReader reader = ShardReaders.open(shards);
    try {
      return new GraphIndex(vectors, settings, reader, GraphSegment.all(reader, vectors));
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  @Override
  public int size() {
    return vectors.rows();
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    Queries.require(query, dimension(), k);
    int accepted = filter.maxAccepted(size());
    int beam = beam(k, options);
    if (plansScan(options.plan(), k, beam, accepted)) {
      scan.scan(query, k, filter, target, SearchPath.EXACT_PLANNED);
      return;
    }
    target.begin(k);
    boolean complete = walk(query, beam, filter, accepted, options.plan(), target);
    if (complete && target.best.size() == k) {
      target.finish(SearchPath.GRAPH);
    } else {
      long wasted = target.visited();
      scan.scan(query, k, filter, target, SearchPath.EXACT_FALLBACK);
      target.addVisited(wasted);
    }
  }

  /// One sweep for all where every query is planned as a scan; one by one otherwise.
  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    int beam = beam(k, options);
    boolean sweep = true;
    for (ItemFilter filter : filters) {
      sweep &= plansScan(options.plan(), k, beam, filter.maxAccepted(size()));
    }
    if (sweep) {
      scan.searchBatch(queries, k, filters, options, targets);
    } else {
      ItemIndex.super.searchBatch(queries, k, filters, options, targets);
    }
  }

  /// A beam that the caller chose is taken as it is.
  private int beam(int k, SearchOptions options) {
    int beam = options.beamFor(k);
    return options.beam() == 0
        ? (int) Math.min(SearchOptions.MAX_BEAM, Math.ceil(beam * oversampling))
        : beam;
  }

  /// Whether all segments were walked to their end.
  private boolean walk(
      float[] query,
      int beam,
      ItemFilter filter,
      int accepted,
      SearchPlan plan,
      Candidates target) {
    long visitLimit =
        plan == SearchPlan.INDEX ? Long.MAX_VALUE : Math.max(1, size() / SCANNED_ROWS_PER_VISIT);
    try {
      for (GraphSegment segment : segments) {
        long visits = segment.walk(query, beam, filter, accepted, visitLimit, target.reached);
        target.addVisited(visits);
        visitLimit -= visits;
        rescore(query, segment, target);
        if (visitLimit <= 0) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("graph index cannot be read", e);
    }
  }

  private void rescore(float[] query, GraphSegment segment, Candidates target) {
    for (int i = 0; i < target.reached.size(); i++) {
      int row = segment.row(target.reached.rowAt(i));
      target.best.offer(row, InnerProducts.ofRow(query, vectors, row));
    }
  }

  private boolean plansScan(SearchPlan plan, int k, int beam, int accepted) {
    return switch (plan) {
      case EXACT -> true;
      case INDEX -> false;
      case AUTO ->
          accepted <= k || expectedVisits(beam, accepted) * SCANNED_ROWS_PER_VISIT >= size();
    };
  }

  /// The walk goes on until the beam is full of accepted items, so it grows as fewer are accepted.
  private double expectedVisits(int beam, int accepted) {
    double unfiltered = VISITED_SHARE * HnswGraphSearcher.expectedVisitedNodes(beam, size());
    return unfiltered * size() / accepted;
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    for (GraphSegment segment : segments) {
      segment.forEachReachable(row);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
