package dev.hstu.index.format;

import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.CodedQuery;
import dev.hstu.index.scan.CodedVectors;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.KeptKeys;
import dev.hstu.kernels.cpu.NativeBest;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.util.Arrays;

/// Orders partitions by how good their vectors may be for a query: `q·c + w·‖q‖·s`, where c is the
/// centroid, hence `q·c` the mean score of its vectors, and s the spread of one value around it. So
/// the more scattered of two partitions with equal means comes first. The products of all centroids
/// are estimated from int8 codes, which can only swap partitions that promise about the same; those
/// of the partitions taken are exact. Scratch memory of one thread.
final class PartitionRanking {

  /// w: standard deviations above the mean.
  private static final float SPREAD_WEIGHT = 1;

  /// Centroids swept at once.
  private static final int CHUNK = 1_024;

  private static final Int8Sweep SWEEP = ScanKernel.chosen();

  private final boolean byKernel;
  private final BestRows best = new BestRows(0);
  private final CodedQuery coded = new CodedQuery();
  private final SweepBuffers buffers = new SweepBuffers();
  private final KeptKeys kept = new KeptKeys();

  /// By partition: first keys, then, of the partitions taken, products.
  private float[] keys = new float[0];

  /// By rank.
  private int[] order = new int[0];

  private float[] products = new float[0];
  private int taken;

  private float[] query = new float[0];

  /// @param byKernel whether [NativeBest], which runs here, ranks; the order is the same
  PartitionRanking(boolean byKernel) {
    this.byKernel = byKernel;
  }

  /// Finds the first `probes` partitions, and the products of the query with their centroids.
  void rank(Centroids centroids, float[] forQuery, int probes) {
    PartitionRanking[] alone = {this};
    int[] wanted = {probes};
    begin(centroids, forQuery);
    rankSome(centroids, alone, wanted, 0, 1);
  }

  /// As [#rank] for several queries, which share the loads of the centroids.
  ///
  /// @param rankings distinct
  static void rankTogether(
      Centroids centroids, PartitionRanking[] rankings, float[][] queries, int[] probes) {
    for (int i = 0; i < queries.length; i++) {
      rankings[i].begin(centroids, queries[i]);
    }
    for (int from = 0; from < queries.length; from += SweepBuffers.MAX_QUERIES) {
      int to = Math.min(queries.length, from + SweepBuffers.MAX_QUERIES);
      rankSome(centroids, rankings, probes, from, to);
    }
  }

  private void begin(Centroids centroids, float[] forQuery) {
    query = forQuery;
    coded.set(forQuery);
    if (keys.length < centroids.count()) {
      keys = new float[centroids.count()];
    }
  }

  private static void rankSome(
      Centroids centroids, PartitionRanking[] rankings, int[] probes, int from, int to) {
    if (!rankings[from].byKernel) {
      estimate(centroids, rankings, from, to);
      for (int i = from; i < to; i++) {
        rankings[i].take(centroids, probes[i]);
      }
      return;
    }
    KeptKeys kept = rankings[from].kept;
    int most = 1;
    for (int i = from; i < to; i++) {
      most = Math.max(most, probes[i]);
    }
    kept.begin(to - from, centroids.dimension(), most);
    for (int i = from; i < to; i++) {
      CodedQuery coded = rankings[i].coded;
      kept.setQuery(i - from, coded.codes(), coded.step(), SPREAD_WEIGHT * coded.norm(), probes[i]);
    }
    CodedVectors codes = centroids.codes();
    NativeBest.rank(codes.codes(), centroids.count(), codes.steps(), centroids.spreads(), kept);
    for (int i = from; i < to; i++) {
      rankings[i].take(centroids, kept, i - from);
    }
  }

  private static void estimate(Centroids centroids, PartitionRanking[] rankings, int from, int to) {
    SweepBuffers buffers = rankings[from].buffers;
    buffers.begin(to - from, centroids.dimension(), CHUNK, false);
    for (int i = from; i < to; i++) {
      buffers.setQuery(i - from, rankings[i].coded.codes());
      buffers.setFloor(i - from, SweepBuffers.NO_FLOOR);
    }
    for (int first = 0; first < centroids.count(); first += CHUNK) {
      int count = Math.min(CHUNK, centroids.count() - first);
      long offset = centroids.codes().offsetBytes(first / CodeBlocks.ROWS);
      SWEEP.sweep(centroids.codes().codes(), offset, Int8Sweep.NO_NEXT, count, buffers);
      for (int i = from; i < to; i++) {
        centroids.codes().estimate(rankings[i].coded, i - from, first, buffers, rankings[i].keys);
      }
    }
  }

  private void take(Centroids centroids, int probes) {
    int partitions = centroids.count();
    makeRoom(probes);
    float weight = SPREAD_WEIGHT * coded.norm();
    float[] spreads = centroids.spreads();
    for (int i = 0; i < partitions; i++) {
      keys[i] = Math.fma(weight, spreads[i], keys[i]);
    }
    best.reset(probes);
    int next = 0;
    while (next < partitions) {
      best.offer(next, keys[next]);
      // Numbers ascend, so an equal key can't replace a kept one.
      next = InnerProducts.nextAbove(best.floor(), keys, next + 1, partitions);
    }
    taken = best.drainDescending(order, products);
    multiplyTaken(centroids);
  }

  private void take(Centroids centroids, KeptKeys from, int number) {
    taken = from.count(number);
    makeRoom(taken);
    int first = from.firstKey(number);
    Arrays.sort(from.keys(), first, first + taken);
    for (int rank = 0; rank < taken; rank++) {
      order[rank] = BestRows.row(from.keys()[first + taken - 1 - rank]);
    }
    multiplyTaken(centroids);
  }

  private void makeRoom(int probes) {
    if (order.length < probes) {
      order = new int[probes];
      products = new float[probes];
    }
  }

  private void multiplyTaken(Centroids centroids) {
    InnerProducts.ofPicked(query, centroids.matrix(), order, taken, products);
    for (int rank = 0; rank < taken; rank++) {
      keys[order[rank]] = products[rank];
    }
  }

  /// How many partitions were taken: fewer than asked for only where centroids aren't finite.
  int taken() {
    return taken;
  }

  /// The partition at a rank.
  int partition(int rank) {
    return order[rank];
  }

  /// The inner product of the query with the centroid of a partition that was taken.
  float product(int partition) {
    return keys[partition];
  }

  /// The length of the query, rounded up.
  float queryNorm() {
    return coded.norm();
  }

  /// The query in int8 codes.
  CodedQuery coded() {
    return coded;
  }
}
