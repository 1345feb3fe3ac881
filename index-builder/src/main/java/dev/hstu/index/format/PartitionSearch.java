package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.BufferedBest;
import dev.hstu.index.scan.CodedQuery;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.NativeBest;
import dev.hstu.kernels.cpu.PartitionVisits;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.lang.foreign.MemorySegment;
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

  /// Vectors scored between two looks at the heap.
  private static final int BLOCK = 256;

  /// Vectors whose codes are swept between two looks at the heap: whole blocks.
  private static final int CODED_ROWS = 2_048;

  /// Bits of a query's number, and of a partition's, in what a batch visits.
  private static final int QUERY_BITS = 31;

  private static final int MAX_QUERY = Integer.MAX_VALUE;

  /// One in so many of a query's partitions is swept before a batch shares the others.
  private static final int FIRST_SHARE = 8;

  private static final Int8Sweep SWEEP = ScanKernel.chosen();

  /// Queries that share the loads of a vector.
  private static final int TILE = 4;

  /// By int8 codes, so many times as many are kept as asked for, and then scored again …
  private static final double OVERSAMPLING = 1.2;

  /// … and so many more.
  private static final int MIN_OVERSAMPLED = 16;

  /// Room for rounding in the bound of a partition, over the length of the query.
  private static final float BOUND_SLACK = 1e-4f;

  private final PartitionRanking ranking;

  /// What sweeps the codes of the base, null for [#SWEEP], which finds the same.
  private final @Nullable FusedSweep fused;

  private final PartitionVisits baseVisits = new PartitionVisits();
  private final BufferedBest found = new BufferedBest();
  private final float[] block = new float[BLOCK];
  private final SweepBuffers buffers = new SweepBuffers();
  private float[] scores = new float[0];
  private int[] positions = new int[0];
  private float[] laterScores = new float[0];
  private int[] laterNumbers = new int[0];
  private long[] keys = new long[0];
  private long[] selectionScratch = new long[0];

  /// Of what a sweep gave, what is accepted by position.
  private final int[] pickedPositions = new int[CODED_ROWS];
  private final float[] pickedScores = new float[CODED_ROWS];
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

  private DocumentFilter filter;

  /// The filter of later vectors.
  private DocumentFilter laterFilter;

  /// By position, what the filter is asked of; null where of all.
  private long @Nullable [] accepted;

  /// By position, what isn't dead; null where nothing is.
  private long @Nullable [] live;

  private long visited;
  private long asked;
  private long passed;

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
    this.filter = DocumentFilter.ALL;
    this.laterFilter = DocumentFilter.ALL;
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
    if (searchers[0].sweepsFused()) {
      searchers[0].sweepFused(searchers);
    } else {
      sweepStepwise(searchers);
    }
    for (PartitionSearch searcher : searchers) {
      searcher.complete();
    }
  }

  private boolean sweepsFused() {
    return fused != null && partitions.encoding() == IvfEncoding.INT8;
  }

  /// Those that promise each query most before all others: they raise its floor, below which
  /// nothing is kept.
  private void sweepFused(PartitionSearch[] searchers) {
    baseVisits.begin(partitions.count(), searchers.length);
    for (int i = 0; i < searchers.length; i++) {
      searchers[i].addVisits(baseVisits, i, 0, searchers[i].firstProbes());
    }
    baseVisits.order();
    for (int i = 0; i < searchers.length; i++) {
      searchers[i].addVisits(baseVisits, i, searchers[i].firstProbes(), searchers[i].probes);
    }
    baseVisits.order();
    sweepBase(searchers);
    for (PartitionSearch searcher : searchers) {
      searcher.sweepLists(0, searcher.probes);
    }
  }

  private void sweepBase(PartitionSearch[] searchers) {
    if (fused != null) {
      fused.sweep(partitions, baseVisits, searchers);
    }
  }

  private int firstProbes() {
    return Math.min(probes, probes / FIRST_SHARE + 1);
  }

  /// Adds the partitions of the base at these ranks.
  private void addVisits(PartitionVisits to, int number, int fromRank, int toRank) {
    int end = Math.min(toRank, ranking.taken());
    for (int i = fromRank; i < end; i++) {
      int partition = ranking.partition(i);
      if (!overlaid.isReplaced(partition)) {
        to.add(partition, number, ranking.product(partition));
        visited += partitions.start(partition + 1) - partitions.start(partition);
      }
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
      sweepTogether((int) group & MAX_QUERY, next, together, count, searchers[0].buffers);
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
    return asked;
  }

  /// How many of [#asked] passed.
  public long passed() {
    return passed;
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
    live = in.live();
    query = forQuery;
    laterFilter = by;
    if (by
        instanceof
        PositionFilter(AcceptedPositions known, DocumentFilter others, DocumentFilter whole)) {
      accepted = known.bits();
      filter = others;
      laterFilter = whole;
    } else {
      accepted = null;
      filter = by;
    }
    floor = worstWanted;
    mustFindAll = worstWanted == Float.NEGATIVE_INFINITY;
    visited = 0;
    asked = 0;
    passed = 0;
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

  /// @param next the partition that follows, or -1
  private static void sweepTogether(
      int partition, int next, PartitionSearch[] searchers, int count, SweepBuffers buffers) {
    OverlaidPartitions overlaid = searchers[0].overlaid;
    Partitions partitions = searchers[0].partitions;
    PartitionList.@Nullable View list = overlaid.list(partition);
    boolean replaced = overlaid.isReplaced(partition);
    if (partitions.encoding() == IvfEncoding.INT8) {
      long nextOffset = next < 0 ? Int8Sweep.NO_NEXT : partitions.codesOffsetBytes(next);
      for (int from = 0; from < count; from += SweepBuffers.MAX_QUERIES) {
        int to = Math.min(count, from + SweepBuffers.MAX_QUERIES);
        if (!replaced) {
          sweepCodes(partition, null, nextOffset, searchers, from, to, buffers);
        }
        if (list != null) {
          sweepCodes(partition, list, Int8Sweep.NO_NEXT, searchers, from, to, buffers);
        }
      }
      return;
    }
    int i = 0;
    for (; i + TILE <= count && !replaced; i += TILE) {
      sweepByFour(partition, searchers[i], searchers[i + 1], searchers[i + 2], searchers[i + 3]);
    }
    for (; i < count && !replaced; i++) {
      searchers[i].sweepVectors(partition);
    }
    for (i = 0; i < count && list != null; i++) {
      searchers[i].sweepVectors(partition, list);
    }
  }

  private static void sweepByFour(
      int partition, PartitionSearch a, PartitionSearch b, PartitionSearch c, PartitionSearch d) {
    Partitions partitions = a.partitions;
    int end = partitions.start(partition + 1);
    for (int first = partitions.start(partition); first < end; first += BLOCK) {
      int count = Math.min(BLOCK, end - first);
      InnerProducts.ofRowsByFour(
          a.query,
          b.query,
          c.query,
          d.query,
          partitions.vectors(),
          first,
          count,
          a.block,
          b.block,
          c.block,
          d.block);
      a.keepBest(null, first, count);
      b.keepBest(null, first, count);
      c.keepBest(null, first, count);
      d.keepBest(null, first, count);
    }
  }

  /// Sweeps the partitions at these ranks.
  private void sweepRanked(int from, int to) {
    if (sweepsFused()) {
      PartitionSearch[] alone = {this};
      baseVisits.begin(partitions.count(), 1);
      addVisits(baseVisits, 0, from, to);
      sweepBase(alone);
    } else {
      sweepStepwise(from, Math.min(to, ranking.taken()));
    }
    sweepLists(from, to);
  }

  private void sweepStepwise(int from, int to) {
    PartitionSearch[] alone = {this};
    boolean coded = partitions.encoding() == IvfEncoding.INT8;
    for (int i = from; i < to; i++) {
      int partition = ranking.partition(i);
      if (overlaid.isReplaced(partition)) {
        continue;
      }
      if (coded) {
        long next =
            i + 1 < to ? partitions.codesOffsetBytes(ranking.partition(i + 1)) : Int8Sweep.NO_NEXT;
        sweepCodes(partition, null, next, alone, 0, 1, buffers);
      } else {
        sweepVectors(partition);
      }
    }
  }

  /// Sweeps the lists behind the partitions at these ranks.
  private void sweepLists(int from, int to) {
    PartitionSearch[] alone = {this};
    boolean coded = partitions.encoding() == IvfEncoding.INT8;
    int end = overlaid.hasLists() ? Math.min(to, ranking.taken()) : from;
    for (int i = from; i < end; i++) {
      int partition = ranking.partition(i);
      PartitionList.@Nullable View list = overlaid.list(partition);
      if (list != null && coded) {
        sweepCodes(partition, list, Int8Sweep.NO_NEXT, alone, 0, 1, buffers);
      } else if (list != null) {
        sweepVectors(partition, list);
      }
    }
  }

  /// By the Cauchy-Schwarz inequality `q·v = q·c + q·(v − c) <= q·c + ‖q‖·‖v − c‖`.
  private boolean mayHoldBetter(int partition, float radius) {
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

  /// Asks of keys of the base's positions what is live and what the filter accepts, and moves those
  /// to the front.
  ///
  /// @return where they end
  int retainAccepted(long[] found, int from, int to) {
    if (live == null && accepted == null && filter == DocumentFilter.ALL) {
      return to;
    }
    int end = retainByPosition(live, found, from, to);
    asked += end - from;
    end = retainByPosition(accepted, found, from, end);
    if (filter != DocumentFilter.ALL) {
      end = retainByDocument(found, from, end);
    }
    passed += end - from;
    return end;
  }

  /// Without a branch on the bits: no processor foresees random ones.
  private static int retainByPosition(long @Nullable [] bits, long[] found, int from, int to) {
    if (bits == null) {
      return to;
    }
    int end = from;
    for (int i = from; i < to; i++) {
      int position = BestRows.row(found[i]);
      found[end] = found[i];
      end += (int) (bits[position >>> 6] >>> position) & 1;
    }
    return end;
  }

  private int retainByDocument(long[] found, int from, int to) {
    int end = from;
    for (int i = from; i < to; i++) {
      if (filter.accepts(partitions.document(BestRows.row(found[i])))) {
        found[end++] = found[i];
      }
    }
    return end;
  }

  /// Nothing below it is wanted any more.
  float worstKept() {
    return Math.max(floor, found.floor());
  }

  private void sweepVectors(int partition) {
    if (!mayHoldBetter(partition, partitions.radius(partition))) {
      return;
    }
    int end = partitions.start(partition + 1);
    for (int first = partitions.start(partition); first < end; first += BLOCK) {
      int count = Math.min(BLOCK, end - first);
      InnerProducts.ofRows(query, partitions.vectors(), first, count, block);
      keepBest(null, first, count);
    }
  }

  private void sweepVectors(int partition, PartitionList.View list) {
    if (!mayHoldBetter(partition, list.radius())) {
      return;
    }
    for (int first = 0; first < list.count(); first += BLOCK) {
      int count = Math.min(BLOCK, list.count() - first);
      InnerProducts.ofRows(query, list.vectors(), first, count, block);
      keepBest(list.positions(), first, count);
    }
  }

  /// Sweeps the codes of a partition for some searchers together.
  ///
  /// @param list swept instead, null for the base's partition
  private static void sweepCodes(
      int partition,
      PartitionList.@Nullable View list,
      long nextOffsetBytes,
      PartitionSearch[] searchers,
      int from,
      int to,
      SweepBuffers buffers) {
    Partitions partitions = searchers[from].partitions;
    buffers.begin(to - from, partitions.dimension(), CODED_ROWS, false);
    for (int i = from; i < to; i++) {
      buffers.setQuery(i - from, searchers[i].ranking.coded().codes());
    }
    MemorySegment codes = list == null ? partitions.codes() : list.codes();
    float scale = list == null ? partitions.scale(partition) : list.scale();
    int @Nullable [] listed = list == null ? null : list.positions();
    long offset = list == null ? partitions.codesOffsetBytes(partition) : 0;
    int end = list == null ? partitions.start(partition + 1) : list.count();
    for (int first = list == null ? partitions.start(partition) : 0;
        first < end;
        first += CODED_ROWS) {
      int count = Math.min(CODED_ROWS, end - first);
      for (int i = from; i < to; i++) {
        buffers.setFloor(i - from, searchers[i].productFloor(partition, scale));
      }
      SWEEP.sweep(codes, offset, nextOffsetBytes, count, buffers);
      for (int i = from; i < to; i++) {
        PartitionSearch searcher = searchers[i];
        searcher.visited += count;
        float step = scale * searcher.ranking.coded().step();
        float base = searcher.ranking.product(partition);
        searcher.keepBestCoded(listed, first, step, base, i - from, buffers);
      }
      offset += CODED_ROWS / CodeBlocks.ROWS * CodeBlocks.blockBytes(partitions.dimension());
    }
  }

  /// Integer products below this give scores below what is kept.
  private int productFloor(int partition, float scale) {
    double step = (double) scale * ranking.coded().step();
    double product = ((double) worstKept() - ranking.product(partition)) / step;
    // One for the rounding of scores, which is far less than a step, and one for that downwards.
    return step == 0 ? SweepBuffers.NO_FLOOR : (int) (product - 2);
  }

  /// @param listed positions of a list, null where they count up from `first`
  private void keepBestCoded(
      int @Nullable [] listed, int first, float step, float base, int number, SweepBuffers swept) {
    if (listed != null) {
      offerListed(pickListed(listed, first, step, base, number, swept));
      return;
    }
    if (accepted != null || live != null) {
      offerPicked(pick(first, step, base, number, swept));
      return;
    }
    // That of before all of them, as where they are picked: the same are asked of a filter.
    float floorBefore = worstKept();
    int given = swept.count(number);
    for (int i = 0; i < given; i++) {
      float score = Math.fma(step, (float) swept.product(number, i), base);
      int position = first + swept.row(number, i);
      if (score >= floorBefore && accepts(position)) {
        found.offer(position, score);
      }
    }
  }

  /// Picks what is live and accepted by position out of what a sweep gave, without a branch on the
  /// bits: no processor foresees random ones.
  ///
  /// @return how many
  private int pick(int first, float step, float base, int number, SweepBuffers swept) {
    long @Nullable [] living = live;
    long @Nullable [] accepting = accepted;
    float floorBefore = worstKept();
    int given = swept.count(number);
    int near = 0;
    int picked = 0;
    for (int i = 0; i < given; i++) {
      float score = Math.fma(step, (float) swept.product(number, i), base);
      int position = first + swept.row(number, i);
      int isNear = score >= floorBefore ? 1 : 0;
      if (living != null) {
        isNear &= (int) (living[position >>> 6] >>> position);
      }
      pickedPositions[picked] = position;
      pickedScores[picked] = score;
      near += isNear;
      picked +=
          accepting == null ? isNear : isNear & (int) (accepting[position >>> 6] >>> position);
    }
    asked += near;
    return picked;
  }

  /// As [#pick], of a list and by what is live alone.
  private int pickListed(
      int[] listed, int first, float step, float base, int number, SweepBuffers swept) {
    long @Nullable [] living = live;
    float floorBefore = worstKept();
    int given = swept.count(number);
    int picked = 0;
    for (int i = 0; i < given && living != null; i++) {
      float score = Math.fma(step, (float) swept.product(number, i), base);
      int position = listed[first + swept.row(number, i)];
      pickedPositions[picked] = position;
      pickedScores[picked] = score;
      int isNear = score >= floorBefore ? 1 : 0;
      picked += isNear & (int) (living[position >>> 6] >>> position);
    }
    return picked;
  }

  private void offerListed(int picked) {
    for (int i = 0; i < picked; i++) {
      if (accepts(pickedPositions[i])) {
        found.offer(pickedPositions[i], pickedScores[i]);
      }
    }
  }

  private void offerPicked(int picked) {
    for (int i = 0; i < picked; i++) {
      int position = pickedPositions[i];
      if (filter == DocumentFilter.ALL || filter.accepts(partitions.document(position))) {
        passed++;
        found.offer(position, pickedScores[i]);
      }
    }
  }

  /// @param listed positions of a list, null where they count up from `first`
  private void keepBest(int @Nullable [] listed, int first, int count) {
    visited += count;
    // One step lower: of equal scores the lower position is kept, in whatever order they come.
    float below = Math.nextDown(worstKept());
    int i = InnerProducts.nextAbove(below, block, 0, count);
    while (i < count) {
      int position = listed == null ? first + i : listed[first + i];
      if (block[i] > below && isLive(position) && accepts(position)) {
        found.offer(position, block[i]);
        below = Math.nextDown(worstKept());
      }
      i = InnerProducts.nextAbove(below, block, i + 1, count);
    }
  }

  private boolean isLive(int position) {
    long @Nullable [] bits = live;
    return bits == null || (bits[position >>> 6] >>> position & 1) != 0;
  }

  private boolean accepts(int position) {
    long @Nullable [] bits = accepted;
    if (bits == null && filter == DocumentFilter.ALL) {
      return true;
    }
    asked++;
    if (position < partitions.size()) {
      if (bits != null && (bits[position >>> 6] >>> position & 1) == 0) {
        return false;
      }
      if (filter != DocumentFilter.ALL && !filter.accepts(partitions.document(position))) {
        return false;
      }
    } else if (!laterFilter.accepts(overlaid.document(position))) {
      return false;
    }
    passed++;
    return true;
  }
}
