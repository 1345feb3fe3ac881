package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.DocumentFilter;
import dev.hstu.index.format.OverlaidPartitions;
import dev.hstu.index.format.PartitionSearch;
import dev.hstu.index.format.Partitions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.apache.lucene.index.IndexReader;
import org.jspecify.annotations.Nullable;

/// k-means partitions swept in order of promise, as [dev.hstu.index.format.IvfVectorsFormat] stores
/// them, searched segment by segment without Lucene's query layer.
///
/// The number of partitions follows from k and the recall asked for, by the table that was measured
/// when the segment was written, on its sample queries. A filter that lets a share s of the items
/// through makes the best k of them the best k/s of all; s is the filter's own bound or, where it
/// gives none, what passed of a sample of rows, less a standard error. A filter that passes so few
/// items that comparing each is cheaper is answered by [ExactScan]. Where the partitions hold fewer
/// than k accepted items, further ones follow, to the last.
///
/// A filter may have to do with the vectors, as genres have: then what it accepts lies apart from
/// the query, and the partitions of most promise hold less of it than its share says. The search
/// itself shows this, for nothing: of the items that would have been among the best, so many were
/// asked of the filter and fewer passed. Then partitions are swept as if all that were asked had
/// been wanted, or all accepted items are compared where that is cheaper
/// ([SearchPath#EXACT_FALLBACK]).
public final class PartitionIndex implements ItemIndex, Closeable {

  /// Rows asked of a filter that gives no bound: until so many passed, …
  private static final int ENOUGH_PASSED = 64;

  /// … and never more, some ten microseconds' worth.
  private static final int MAX_SAMPLED_ROWS = 4_096;

  /// 2³² over the golden ratio.
  private static final int SCATTER = 0x9E37_79B9;

  /// Rows swept in the time of one that is picked: a random access.
  private static final int SWEPT_ROWS_PER_PICK = 4;

  /// Less than this of the share expected to pass means that a filter has to do with the vectors.
  private static final double LAGGING = 0.8;

  private final VectorMatrix vectors;
  private final ExactScan scan;
  private final IndexReader reader;
  private final List<PartitionSegment> segments;

  /// Narrows a filter to live rows of `vectors`.
  private final UnaryOperator<ItemFilter> live;

  /// Those of `vectors` and what follows, dead ones included.
  private final int rows;

  /// How many of them live.
  private final int liveRows;

  private PartitionIndex(
      VectorMatrix vectors,
      IndexReader reader,
      List<PartitionSegment> segments,
      UnaryOperator<ItemFilter> live,
      int rows) {
    this.vectors = vectors;
    this.scan = new ExactScan(vectors);
    this.reader = reader;
    this.segments = segments;
    this.live = live;
    this.rows = rows;
    this.liveRows = segments.stream().mapToInt(segment -> segment.partitions().size()).sum();
  }

  /// Opens the index that [PartitionIndexWriter] wrote, one folder per shard.
  ///
  /// @param vectors the very vectors indexed; owned by the caller and open as long as this is
  /// @throws IOException when a folder holds no whole index of this format, or the documents of all
  ///     shards are not exactly the rows of `vectors`
  public static PartitionIndex open(List<Path> shards, VectorMatrix vectors) throws IOException {
    return open(shards, vectors, false);
  }

  /// As above.
  ///
  /// @param hasCodes whether codes are swept: they are then read into memory at once
  static PartitionIndex open(List<Path> shards, VectorMatrix vectors, boolean hasCodes)
      throws IOException {
    IndexReader reader = ShardReaders.open(shards, hasCodes);
    try {
      return new PartitionIndex(
          vectors,
          reader,
          PartitionSegment.all(reader, vectors),
          UnaryOperator.identity(),
          vectors.rows());
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /// The partitions, where all rows stand in one segment in their order; else null.
  @Nullable Partitions wholePartitions() {
    return segments.size() == 1 ? segments.getFirst().wholePartitions() : null;
  }

  /// The same index as updates have left it, over the same files, which stay this one's.
  ///
  /// @param partitions over [#wholePartitions]
  /// @param narrowed to live rows of this index
  /// @param allRows those of this index and later ones, dead ones included
  ItemIndex at(OverlaidPartitions partitions, UnaryOperator<ItemFilter> narrowed, int allRows) {
    return new PartitionIndex(
        vectors, reader, List.of(segments.getFirst().with(partitions)), narrowed, allRows);
  }

  /// Rows, dead ones included.
  @Override
  public int size() {
    return rows;
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public void search(
      float[] query, int k, ItemFilter filter, SearchOptions options, Candidates target) {
    Queries.require(query, dimension(), k);
    double accepted = expectedAccepted(filter);
    if (plansScan(options, k, filter, accepted)) {
      scan(query, k, filter, target, SearchPath.EXACT_PLANNED);
      return;
    }
    target.begin(Math.min(k, Math.max(1, size())));
    PartitionSearch search = target.partitionSearch();
    for (PartitionSegment segment : segments) {
      search.search(
          segment.partitions(),
          query,
          k,
          probes(segment, k, accepted, options),
          target.best.floor(),
          segment.accepting(filter));
      if (!catchUp(segment, search, filter, accepted, options)) {
        target.addVisited(search.visited());
        fallBack(query, k, filter, target);
        return;
      }
      keep(segment, search, target);
    }
    target.finish(SearchPath.PARTITIONS);
  }

  /// Sweeps further while the filter passes less than expected of what is near the query.
  ///
  /// @return false where comparing every accepted item is cheaper than what would be left to sweep
  private boolean catchUp(
      PartitionSegment segment,
      PartitionSearch search,
      ItemFilter filter,
      double accepted,
      SearchOptions options) {
    if (filter == ItemFilter.all()) {
      return true;
    }
    int count = segment.partitions().count();
    double share = accepted / Math.max(1, liveRows);
    while (search.probes() < count && lags(search, share)) {
      int needed = segment.partitions().probes(search.asked(), options.recallOrDefault());
      if (needed <= search.probes()) {
        return true;
      }
      double left = (double) (needed - search.probes()) / count * segment.partitions().sweptRows();
      if (options.plan() == SearchPlan.AUTO
          && filter.maxAccepted(size()) * (double) SWEPT_ROWS_PER_PICK <= left) {
        return false;
      }
      search.extend((int) Math.min(needed, 2L * search.probes()));
    }
    return true;
  }

  private static boolean lags(PartitionSearch search, double share) {
    return search.passed() + Math.sqrt(search.passed()) < LAGGING * share * search.asked();
  }

  private void fallBack(float[] query, int k, ItemFilter filter, Candidates target) {
    long wasted = target.visited();
    scan(query, k, filter, target, SearchPath.EXACT_FALLBACK);
    target.addVisited(wasted);
  }

  /// Compares every live row that passes.
  private void scan(float[] query, int k, ItemFilter filter, Candidates target, SearchPath path) {
    scan.scan(query, k, live.apply(filter), target, path);
    if (rows > vectors.rows()) {
      target.reopen(Math.min(k, rows));
      for (PartitionSegment segment : segments) {
        target.addVisited(
            segment
                .partitions()
                .scanLater(
                    query,
                    segment.accepting(filter),
                    (row, product) -> target.best.offer(row, product)));
      }
      target.finish(path);
    }
  }

  /// Partition by partition for all queries that aren't planned as a scan.
  @Override
  public void searchBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets) {
    Queries.requireBatch(queries, filters, targets);
    double[] accepted = new double[queries.length];
    int[] swept = new int[queries.length];
    int count = 0;
    for (int i = 0; i < queries.length; i++) {
      Queries.require(queries[i], dimension(), k);
      accepted[i] = expectedAccepted(filters.get(i));
      if (plansScan(options, k, filters.get(i), accepted[i])) {
        scan(queries[i], k, filters.get(i), targets.get(i), SearchPath.EXACT_PLANNED);
      } else {
        targets.get(i).begin(Math.min(k, Math.max(1, size())));
        swept[count++] = i;
      }
    }
    sweepBatch(queries, k, filters, options, targets, accepted, Arrays.copyOf(swept, count));
  }

  private void sweepBatch(
      float[][] queries,
      int k,
      List<? extends ItemFilter> filters,
      SearchOptions options,
      List<Candidates> targets,
      double[] accepted,
      int[] swept) {
    int count = swept.length;
    float[][] sweptQueries = new float[count][];
    int[] probes = new int[count];
    float[] floors = new float[count];
    DocumentFilter[] accepting = new DocumentFilter[count];
    PartitionSearch[] searches = new PartitionSearch[count];
    boolean[] fallsBack = new boolean[count];
    for (PartitionSegment segment : segments) {
      for (int i = 0; i < count; i++) {
        int q = swept[i];
        sweptQueries[i] = queries[q];
        probes[i] = probes(segment, k, accepted[q], options);
        floors[i] = targets.get(q).best.floor();
        accepting[i] = segment.accepting(filters.get(q));
        searches[i] = targets.get(q).partitionSearch();
      }
      PartitionSearch.searchBatch(
          segment.partitions(), sweptQueries, k, probes, floors, accepting, searches);
      for (int i = 0; i < count; i++) {
        int q = swept[i];
        if (fallsBack[i] || !catchUp(segment, searches[i], filters.get(q), accepted[q], options)) {
          fallsBack[i] = true;
          targets.get(q).addVisited(searches[i].visited());
        } else {
          keep(segment, searches[i], targets.get(q));
        }
      }
    }
    for (int i = 0; i < count; i++) {
      int q = swept[i];
      if (fallsBack[i]) {
        fallBack(queries[q], k, filters.get(q), targets.get(q));
      } else {
        targets.get(q).finish(SearchPath.PARTITIONS);
      }
    }
  }

  private static void keep(PartitionSegment segment, PartitionSearch search, Candidates target) {
    target.addVisited(search.visited());
    search.forEach((document, product) -> target.best.offer(segment.row(document), product));
  }

  private int probes(PartitionSegment segment, int k, double accepted, SearchOptions options) {
    double share = Math.max(accepted, 1) / Math.max(1, liveRows);
    return segment.partitions().probes(k / share, options.recallOrDefault());
  }

  private boolean plansScan(SearchOptions options, int k, ItemFilter filter, double accepted) {
    return switch (options.plan()) {
      case EXACT -> true;
      case INDEX -> false;
      case AUTO ->
          filter != ItemFilter.all()
              && filter.maxAccepted(size()) * (double) SWEPT_ROWS_PER_PICK
                  <= expectedVisits(k, accepted, options);
    };
  }

  private double expectedVisits(int k, double accepted, SearchOptions options) {
    double visits = 0;
    for (PartitionSegment segment : segments) {
      double share = (double) probes(segment, k, accepted, options) / segment.partitions().count();
      visits += share * segment.partitions().sweptRows();
    }
    return visits;
  }

  private double expectedAccepted(ItemFilter filter) {
    int bound = filter.maxAccepted(size());
    if (filter == ItemFilter.all() || bound < size() || size() == 0) {
      return Math.min(bound, liveRows);
    }
    int passed = 0;
    int sampled = 0;
    while (sampled < MAX_SAMPLED_ROWS && passed < ENOUGH_PASSED) {
      // Multiples of a large odd number scatter over all rows.
      long scattered = Integer.toUnsignedLong(sampled++ * SCATTER);
      if (filter.accepts((int) (scattered * size() >>> 32))) {
        passed++;
      }
    }
    return liveRows * (passed - Math.sqrt(passed)) / sampled;
  }

  @Override
  public void forEachReachable(IntConsumer row) throws IOException {
    for (PartitionSegment segment : segments) {
      segment.partitions().forEachReachable(document -> row.accept(segment.row(document)));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
