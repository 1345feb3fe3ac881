package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.BufferedBest;
import dev.hstu.index.scan.CodedQuery;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.cpu.NativeBest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One search in one segment at a time, and the scratch memory for it, to be reused. For one
/// thread.
///
/// Partitions are ranked for the query and the first ones swept, blocks of vectors at a time; what
/// may be among the best k is asked of the filter. Where fewer than k were found, further
/// partitions follow until none is left. A partition that cannot hold anything better than what was
/// found, by its centroid and radius, is passed over. Behind a partition comes its list of later
/// vectors, and dead vectors are passed over by their bits: see [OverlaidPartitions].
///
/// What is found doesn't depend on the order in which partitions are swept, so a batch finds what
/// its queries find one by one.
public final class PartitionSearch {

  /// Bits of a query's number, and of a partition's, in what a batch visits.
  private static final int QUERY_BITS = 31;

  private static final int MAX_QUERY = Integer.MAX_VALUE;

  /// One in so many of a query's partitions is swept before a batch shares the others.
  private static final int FIRST_SHARE = 8;

  /// By int8 codes, so many times as many are kept as asked for, and then scored again …
  private static final double OVERSAMPLING = 1.2;

  /// … and so many more.
  private static final int MIN_OVERSAMPLED = 16;

  /// Room for rounding in the bound of a partition, over the length of the query.
  private static final float BOUND_SLACK = 1e-4f;

  private final PartitionRanking ranking;

  /// What sweeps codes, null for `stepped`, which finds the same.
  private final @Nullable FusedSweep fused;

  private final SteppedSweep stepped = new SteppedSweep();
  private final FloatSweep floats = new FloatSweep();
  private final Acceptance acceptance = new Acceptance();
  private final BufferedBest found = new BufferedBest();
  private float[] scores = new float[0];
  private int[] positions = new int[0];
  private float[] laterScores = new float[0];
  private int[] laterNumbers = new int[0];
  private long[] keys = new long[0];
  private long[] selectionScratch = new long[0];
  private long[] visits = new long[0];

  private OverlaidPartitions overlaid;

  /// What is overlaid.
  private Partitions partitions;

  private float[] query;
  private int wanted;
  private int probes;
  private float floor;

  /// Whether other segments haven't found enough yet.
  private boolean mustFindAll;

  private long visited;

  public PartitionSearch() {
    this(ScanKernel.keepsBest());
  }

  /// @param byKernel whether [NativeBest], which runs here, ranks and sweeps
  PartitionSearch(boolean byKernel) {
    this.ranking = new PartitionRanking(byKernel);
    this.fused = byKernel ? new FusedSweep() : null;
    // Replaced by begin, before anything reads them.
    this.partitions = Partitions.NONE;
    this.overlaid = OverlaidPartitions.of(partitions);
    this.query = new float[0];
  }

  /// Finds the best `k` documents that pass, or all that pass where those are fewer.
  ///
  /// @param query float `[dimension]`, finite
  /// @param k at least 1
  /// @param probes partitions to sweep at least, 1..[OverlaidPartitions#count], by
  ///     [OverlaidPartitions#probes]
  /// @param floor products below it needn't be found: the worst still wanted from other segments,
  ///     or negative infinity
  public void search(
      OverlaidPartitions overlaid,
      float[] query,
      int k,
      int probes,
      float floor,
      DocumentFilter filter) {
    begin(overlaid, query, k, probes, floor, filter);
    if (this.probes > 0) {
      ranking.rank(partitions.centroids(), query, this.probes);
      sweepRanked(0, this.probes);
    }
    complete();
  }

  /// As [#search] for each query by its own searcher, but partition by partition: vectors that
  /// several queries want are loaded once for all of them.
  ///
  /// @param searchers distinct, one per query
  public static void searchBatch(
      OverlaidPartitions overlaid,
      float[][] queries,
      int k,
      int[] probes,
      float[] floors,
      DocumentFilter[] filters,
      PartitionSearch[] searchers) {
    int total = 0;
    PartitionRanking[] rankings = new PartitionRanking[queries.length];
    int[] taken = new int[queries.length];
    for (int i = 0; i < queries.length; i++) {
      searchers[i].begin(overlaid, queries[i], k, probes[i], floors[i], filters[i]);
      rankings[i] = searchers[i].ranking;
      taken[i] = searchers[i].probes;
      total += taken[i];
    }
    if (total == 0) {
      return;
    }
    PartitionRanking.rankTogether(overlaid.base().centroids(), rankings, queries, taken);
    @Nullable FusedSweep fused = searchers[0].fusedOfCodes();
    if (fused == null) {
      sweepStepwise(searchers);
    } else {
      sweepFused(fused, overlaid, searchers);
    }
    for (PartitionSearch searcher : searchers) {
      searcher.complete();
    }
  }

  private @Nullable FusedSweep fusedOfCodes() {
    return partitions.encoding() == IvfEncoding.INT8 ? fused : null;
  }

  /// Those that promise each query most before all others: they raise its floor, below which
  /// nothing is kept.
  private static void sweepFused(
      FusedSweep fused, OverlaidPartitions overlaid, PartitionSearch[] searchers) {
    fused.begin(overlaid, searchers.length);
    for (int i = 0; i < searchers.length; i++) {
      searchers[i].addVisits(fused, i, 0, searchers[i].firstProbes());
    }
    fused.order();
    for (int i = 0; i < searchers.length; i++) {
      searchers[i].addVisits(fused, i, searchers[i].firstProbes(), searchers[i].probes);
    }
    fused.order();
    fused.sweep(searchers);
  }

  private int firstProbes() {
    return Math.min(probes, probes / FIRST_SHARE + 1);
  }

  /// Adds what is at these ranks.
  private void addVisits(FusedSweep to, int number, int fromRank, int toRank) {
    int end = Math.min(toRank, ranking.taken());
    for (int i = fromRank; i < end; i++) {
      int partition = ranking.partition(i);
      visited += to.add(partition, number, ranking.product(partition));
    }
  }

  private static void sweepStepwise(PartitionSearch[] searchers) {
    int total = 0;
    for (PartitionSearch searcher : searchers) {
      total += Math.min(searcher.probes, searcher.ranking.taken());
    }
    long[] visits = searchers[0].visits(searchers, searchers.length, total);
    PartitionSearch[] together = new PartitionSearch[searchers.length];
    int visit = 0;
    while (visit < total) {
      long group = visits[visit] >>> QUERY_BITS;
      int count = 0;
      while (visit < total && visits[visit] >>> QUERY_BITS == group) {
        together[count++] = searchers[(int) visits[visit++] & MAX_QUERY];
      }
      int next = visit < total ? (int) (visits[visit] >>> QUERY_BITS) & MAX_QUERY : -1;
      searchers[0].sweepFor(together, count, (int) group & MAX_QUERY, next);
    }
  }

  /// Sweeps a partition for some searches.
  ///
  /// @param next the partition that follows, or -1
  private void sweepFor(PartitionSearch[] searchers, int count, int partition, int next) {
    if (partitions.encoding() == IvfEncoding.INT8) {
      stepped.sweep(overlaid, partition, next, searchers, count);
    } else {
      floats.sweep(overlaid, partition, searchers, count);
    }
  }

  /// Sweeps further partitions of the last search, in order of promise, until so many are swept;
  /// none where they are already.
  ///
  /// @param atLeastProbes at most [OverlaidPartitions#count] has an effect
  public void extend(int atLeastProbes) {
    int done = probes;
    probes = Math.max(done, Math.min(atLeastProbes, partitions.count()));
    if (probes > done) {
      // The first `done` come out the same.
      ranking.rank(partitions.centroids(), query, probes);
      sweepRanked(done, probes);
      found.select();
    }
  }

  /// Partitions swept, or passed over by their bound, by the last search.
  public int probes() {
    return probes;
  }

  /// Documents that the last search asked its filter about: those that would have been among the
  /// best of what was seen so far. At least as many as are better than the worst found.
  public long asked() {
    return acceptance.asked();
  }

  /// How many of [#asked] passed.
  public long passed() {
    return acceptance.passed();
  }

  /// Vectors compared with the query by the last search.
  public long visited() {
    return visited;
  }

  /// How many documents the last search found; by int8 codes, some more than asked for.
  public int size() {
    return found.size();
  }

  /// Hands over the best that the last search found, in no order, with full-precision products: as
  /// many as asked for or, by int8 codes, some more.
  public void forEach(FoundDocuments target) {
    int count = found.size();
    if (scores.length < count) {
      scores = new float[count];
      positions = new int[count];
    }
    int ofBase = 0;
    int firstLater = count;
    for (int i = 0; i < count; i++) {
      int position = found.rowAt(i);
      int at = position < partitions.size() ? ofBase++ : --firstLater;
      positions[at] = position;
      scores[at] = found.scoreAt(i);
    }
    if (partitions.encoding() == IvfEncoding.INT8) {
      InnerProducts.ofPicked(query, partitions.vectors(), positions, ofBase, scores);
      scoreLater(ofBase, count);
      count = retainWanted(count);
    }
    // Before anything is handed over, so that the reads overlap.
    for (int i = 0; i < count; i++) {
      positions[i] = overlaid.document(positions[i]);
    }
    for (int i = 0; i < count; i++) {
      target.accept(positions[i], scores[i]);
    }
  }

  /// Moves those among the best wanted by their products to the front, with all that equal the
  /// worst of them: which of these is kept is up to the numbers they get later.
  ///
  /// @return how many; `count` where nothing selects faster than they are handed over
  private int retainWanted(int count) {
    if (fused == null || count <= wanted) {
      return count;
    }
    if (keys.length < count) {
      keys = new long[count];
      selectionScratch = new long[count];
    }
    for (int i = 0; i < count; i++) {
      keys[i] = BestRows.key(positions[i], scores[i]);
    }
    float worst =
        BestRows.score(NativeBest.selectGreatest(keys, 0, count, wanted, selectionScratch));
    int retained = 0;
    for (int i = 0; i < count; i++) {
      positions[retained] = positions[i];
      scores[retained] = scores[i];
      retained += scores[i] >= worst ? 1 : 0;
    }
    return retained;
  }

  /// Full-precision products of later vectors.
  private void scoreLater(int from, int to) {
    int count = to - from;
    if (count == 0) {
      return;
    }
    if (laterNumbers.length < count) {
      laterNumbers = new int[scores.length];
      laterScores = new float[scores.length];
    }
    for (int i = 0; i < count; i++) {
      laterNumbers[i] = positions[from + i] - partitions.size();
    }
    InnerProducts.ofPicked(query, overlaid.later(), laterNumbers, count, laterScores);
    System.arraycopy(laterScores, 0, scores, from, count);
  }

  private void begin(
      OverlaidPartitions in,
      float[] forQuery,
      int k,
      int atLeastProbes,
      float worstWanted,
      DocumentFilter by) {
    overlaid = in;
    partitions = in.base();
    query = forQuery;
    acceptance.begin(in, by);
    floor = worstWanted;
    mustFindAll = worstWanted == Float.NEGATIVE_INFINITY;
    visited = 0;
    wanted = Math.min(k, overlaid.size());
    // Where everything is dead nothing is swept.
    probes = wanted == 0 ? 0 : Math.min(atLeastProbes, partitions.count());
    found.reset(wanted);
    if (partitions.encoding() == IvfEncoding.INT8) {
      // Codes can't be held against a floor of exact products.
      floor = Float.NEGATIVE_INFINITY;
      found.reset((int) Math.min(overlaid.size(), (long) (k * OVERSAMPLING) + MIN_OVERSAMPLED));
    }
  }

  /// Sweeps further partitions while fewer were found than wanted, twice as many each time.
  private void complete() {
    found.select();
    while (mustFindAll && found.size() < wanted && probes < partitions.count()) {
      extend((int) Math.min(partitions.count(), 2L * probes));
    }
  }

  /// (partition, query) pairs in order of partition, those that promise each query most before all
  /// others: they raise its floor, below which nothing is looked at one by one.
  private long[] visits(PartitionSearch[] searchers, int queries, int total) {
    if (visits.length < total) {
      visits = new long[total];
    }
    int filled = 0;
    for (int q = 0; q < queries; q++) {
      int end = Math.min(searchers[q].probes, searchers[q].ranking.taken());
      for (int i = 0; i < end; i++) {
        long later = i <= searchers[q].probes / FIRST_SHARE ? 0 : 1;
        long partition = searchers[q].ranking.partition(i);
        visits[filled++] = (later << QUERY_BITS | partition) << QUERY_BITS | q;
      }
    }
    Arrays.sort(visits, 0, total);
    return visits;
  }

  /// Sweeps the partitions at these ranks.
  private void sweepRanked(int from, int to) {
    PartitionSearch[] alone = {this};
    @Nullable FusedSweep ofCodes = fusedOfCodes();
    if (ofCodes != null) {
      ofCodes.begin(overlaid, 1);
      addVisits(ofCodes, 0, from, to);
      ofCodes.sweep(alone);
      return;
    }
    int end = Math.min(to, ranking.taken());
    for (int i = from; i < end; i++) {
      int next = i + 1 < end ? ranking.partition(i + 1) : -1;
      sweepFor(alone, 1, ranking.partition(i), next);
    }
  }

  /// By the Cauchy-Schwarz inequality `q·v = q·c + q·(v − c) <= q·c + ‖q‖·‖v − c‖`.
  boolean mayHoldBetter(int partition, float radius) {
    float norm = ranking.queryNorm();
    float bound = ranking.product(partition) + norm * radius;
    return bound + norm * BOUND_SLACK >= worstKept();
  }

  /// What was found so far.
  BufferedBest found() {
    return found;
  }

  /// The query in int8 codes.
  CodedQuery coded() {
    return ranking.coded();
  }

  /// What of it is let through.
  Acceptance acceptance() {
    return acceptance;
  }

  float[] query() {
    return query;
  }

  /// The product of the query with the centroid of a partition that is swept.
  float product(int partition) {
    return ranking.product(partition);
  }

  /// Counts vectors that were compared.
  void addVisited(int count) {
    visited += count;
  }

  /// Nothing below it is wanted any more.
  float worstKept() {
    return Math.max(floor, found.floor());
  }
}
