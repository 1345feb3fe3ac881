package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.BestRows;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.scan.ScanKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Measures how many partitions must be swept for a recall, on sample queries and against all
/// vectors.
///
/// For each query the exact best k are found and each is put down at the rank of its partition, so
/// one pass gives the recall at every number of probes. The number stored for a recall is the least
/// whose mean over the queries exceeds it by [#CAUTION] standard errors; recall 1 is left to
/// sweeping all.
final class Calibration {

  /// Most vectors that are summed for a stand-in query: a user's few interests.
  static final int MAX_MIXED = 4;

  private static final int STAND_IN_QUERIES = 256;

  /// Standard errors between the mean measured and the recall promised: 95 %, one-sided.
  private static final double CAUTION = 1.65;

  /// Share of the misses that stand-ins must stay below what is promised: they are made of indexed
  /// vectors, which partitions fit a little better than they fit fresh queries.
  private static final double STAND_IN_CAUTION = .25;

  private static final int[] KS = {1, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000};

  private static final float[] RECALLS = {.8f, .9f, .95f, .97f, .98f, .99f, .995f, .999f};

  private static final int BLOCK = 256;

  /// Queries that share the loads of a vector.
  private static final int TILE = 4;

  private final VectorMatrix vectors;
  private final Partitioning partitioning;
  private final Centroids centroids;
  private final int[] ks;

  /// `[ks][partitions]`: over the queries, the sum and the sum of squares of the share of the best
  /// k in the partitions up to a rank.
  private final double[][] sums;

  private final double[][] squares;

  private Calibration(VectorMatrix vectors, Partitioning partitioning, float[] spreads) {
    this.vectors = vectors;
    this.partitioning = partitioning;
    this.centroids = Centroids.of(partitioning.centroids(), spreads);
    this.ks = ks(vectors.rows());
    this.sums = new double[ks.length][partitioning.partitions()];
    this.squares = new double[ks.length][partitioning.partitions()];
  }

  /// Measures.
  ///
  /// @param spreads as [Centroids] takes them
  static ProbeTable measure(
      VectorMatrix vectors, Partitioning partitioning, float[] spreads, IvfSettings settings) {
    Calibration calibration = new Calibration(vectors, partitioning, spreads);
    if (calibration.ks.length == 0 || partitioning.partitions() <= 1) {
      return ProbeTable.all(partitioning.partitions());
    }
    boolean standIns = settings.sampleQueries().isEmpty();
    List<float[]> queries =
        standIns
            ? calibration.standIns(new SplittableRandom(settings.seed()))
            : settings.sampleQueries();
    calibration.addAll(queries, settings.workers());
    return calibration.table(queries.size(), standIns ? STAND_IN_CAUTION : 0);
  }

  /// A table is only made for the k that leave most vectors out.
  private static int[] ks(int rows) {
    int count = 0;
    while (count < KS.length && KS[count] <= rows / 4) {
      count++;
    }
    return Arrays.copyOf(KS, count);
  }

  private List<float[]> standIns(SplittableRandom random) {
    List<float[]> queries = new ArrayList<>();
    int dimension = vectors.dimension();
    for (int q = 0; q < STAND_IN_QUERIES; q++) {
      float[] query = new float[dimension];
      for (int mixed = 1 + random.nextInt(MAX_MIXED); mixed > 0; mixed--) {
        int row = random.nextInt(vectors.rows());
        for (int c = 0; c < dimension; c++) {
          query[c] += vectors.at(row, c);
        }
      }
      queries.add(query);
    }
    return queries;
  }

  /// Takes the queries in, whose best rows and ranks are found on several threads.
  private void addAll(List<float[]> queries, int workers) {
    int[][] ranks = new int[queries.size()][];
    ParallelRanges.run(
        queries.size(),
        TILE,
        workers,
        (from, to) -> {
          int[][] best = best(queries.subList(from, to));
          PartitionRanking ranking = new PartitionRanking(ScanKernel.keepsBest());
          for (int q = from; q < to; q++) {
            ranks[q] = ranksOf(queries.get(q), best[q - from], ranking);
          }
        });
    for (int[] ofBest : ranks) {
      for (int i = 0; i < ks.length; i++) {
        addShares(ofBest, ks[i], sums[i], squares[i]);
      }
    }
  }

  /// The rank of the partition of each of the best rows.
  private int[] ranksOf(float[] query, int[] best, PartitionRanking ranking) {
    int partitions = partitioning.partitions();
    int[] rankOf = new int[partitions];
    ranking.rank(centroids, query, partitions);
    for (int rank = 0; rank < partitions; rank++) {
      rankOf[ranking.partition(rank)] = rank;
    }
    int[] ranks = new int[best.length];
    for (int i = 0; i < best.length; i++) {
      ranks[i] = rankOf[partitioning.partitionOf()[best[i]]];
    }
    return ranks;
  }

  private static void addShares(int[] ranks, int k, double[] sum, double[] square) {
    int[] found = new int[sum.length];
    for (int i = 0; i < k; i++) {
      found[ranks[i]]++;
    }
    int within = 0;
    for (int rank = 0; rank < sum.length; rank++) {
      within += found[rank];
      double share = (double) within / k;
      sum[rank] += share;
      square[rank] += share * share;
    }
  }

  /// The exact best rows of up to [#TILE] queries, best first, as many as the largest k.
  private int[][] best(List<float[]> queries) {
    int wanted = ks[ks.length - 1];
    float[][] tile = new float[TILE][];
    BestRows[] best = new BestRows[TILE];
    for (int q = 0; q < TILE; q++) {
      tile[q] = queries.get(Math.min(q, queries.size() - 1));
      best[q] = new BestRows(wanted);
      best[q].reset(wanted);
    }
    float[][] blocks = new float[TILE][BLOCK];
    for (int first = 0; first < vectors.rows(); first += BLOCK) {
      int count = Math.min(BLOCK, vectors.rows() - first);
      InnerProducts.ofRowsByFour(
          tile[0], tile[1], tile[2], tile[3], vectors, first, count, blocks[0], blocks[1],
          blocks[2], blocks[3]);
      for (int q = 0; q < queries.size(); q++) {
        keepBest(best[q], blocks[q], first, count);
      }
    }
    int[][] rows = new int[queries.size()][];
    for (int q = 0; q < rows.length; q++) {
      rows[q] = new int[best[q].size()];
      best[q].drainDescending(rows[q], new float[rows[q].length]);
    }
    return rows;
  }

  private static void keepBest(BestRows best, float[] scores, int first, int count) {
    int i = InnerProducts.nextAbove(best.floor(), scores, 0, count);
    while (i < count) {
      best.offer(first + i, scores[i]);
      i = InnerProducts.nextAbove(best.floor(), scores, i + 1, count);
    }
  }

  private ProbeTable table(int queries, double caution) {
    int[][] probes = new int[ks.length][RECALLS.length];
    for (int i = 0; i < ks.length; i++) {
      for (int r = 0; r < RECALLS.length; r++) {
        int least = least(sums[i], squares[i], queries, 1 - (1 - caution) * (1 - RECALLS[r]));
        // A larger k never gets fewer probes than a smaller one, whatever the sample says.
        probes[i][r] = i == 0 ? least : Math.max(least, probes[i - 1][r]);
      }
    }
    return new ProbeTable(ks, RECALLS.clone(), probes, partitioning.partitions());
  }

  private static int least(double[] sum, double[] square, int queries, double recall) {
    for (int rank = 0; rank < sum.length; rank++) {
      double mean = sum[rank] / queries;
      double variance = Math.max(0, square[rank] / queries - mean * mean);
      if (mean - CAUTION * Math.sqrt(variance / queries) >= recall) {
        return rank + 1;
      }
    }
    return sum.length;
  }
}
