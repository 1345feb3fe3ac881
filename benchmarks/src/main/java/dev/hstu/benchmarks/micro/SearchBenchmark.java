package dev.hstu.benchmarks.micro;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfSettings;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.GraphIndex;
import dev.hstu.index.search.GraphIndexWriter;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexProgress;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.PartitionIndex;
import dev.hstu.index.search.PartitionIndexWriter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How long does one search take, exactly, through the graph and in partitions, on one thread?
/// 100,000 clustered unit vectors of 64 dimensions; queries lie near items.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SearchBenchmark {

  private static final int ITEMS = 100_000;
  private static final int DIMENSION = 64;
  private static final int CLUSTERS = 500;
  private static final int QUERIES = 256;
  private static final double LEAST_RECALL = 0.9;
  private static final long SEED = 11;

  @Param({"exact", "graph", "partitions"})
  String index = "graph";

  @Param({"100", "500"})
  int k = 500;

  private final float[][] queries = new float[QUERIES][];
  private final Candidates candidates = new Candidates(ItemIndex.MAX_K);
  private Path folder;
  private GraphIndex graph;
  private PartitionIndex partitions;
  private ItemIndex searched;
  private SearchOptions options;
  private int next;

  /// Builds the graph and holds its recall above a floor before anything is timed.
  @Setup
  public void build() throws IOException {
    VectorMatrix vectors = clusteredVectors();
    ExactScan scan = new ExactScan(vectors);
    folder = Files.createTempDirectory("search-benchmark");
    GraphIndexWriter.write(
        folder.resolve("graph"), vectors, 0, ITEMS, GraphSettings.DEFAULT, 2, IndexProgress.NONE);
    graph = GraphIndex.open(List.of(folder.resolve("graph")), vectors);
    PartitionIndexWriter.write(
        folder.resolve("partitions"), vectors, 0, ITEMS, IvfSettings.DEFAULT, IndexProgress.NONE);
    partitions = PartitionIndex.open(List.of(folder.resolve("partitions")), vectors);
    searched =
        switch (index) {
          case "exact" -> scan;
          case "graph" -> graph;
          case "partitions" -> partitions;
          default -> throw new IllegalArgumentException("index=" + index);
        };
    options = new SearchOptions(0, index.equals("exact") ? SearchPlan.EXACT : SearchPlan.INDEX);
    double recall = recall(scan, searched);
    System.out.printf("recall@%d %.4f%n", k, recall);
    if (recall < LEAST_RECALL) {
      throw new IllegalStateException("recall@%d is only %.4f".formatted(k, recall));
    }
  }

  @TearDown
  public void close() throws IOException {
    graph.close();
    partitions.close();
    DurableFiles.deleteRecursively(folder);
  }

  /// One query after another, round-robin.
  @Benchmark
  public int search() {
    next = (next + 1) % QUERIES;
    searched.search(queries[next], k, ItemFilter.all(), options, candidates);
    return candidates.size();
  }

  private double recall(ExactScan scan, ItemIndex other) {
    Candidates exact = new Candidates(k);
    long found = 0;
    for (float[] query : queries) {
      scan.search(query, k, ItemFilter.all(), SearchOptions.EXACT, exact);
      other.search(query, k, ItemFilter.all(), options, candidates);
      float floor = exact.score(exact.size() - 1);
      for (int i = 0; i < candidates.size() && candidates.score(i) >= floor; i++) {
        found++;
      }
    }
    return (double) found / ((long) QUERIES * k);
  }

  private VectorMatrix clusteredVectors() {
    Random random = new Random(SEED);
    float[] centres = new float[CLUSTERS * DIMENSION];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) random.nextGaussian();
    }
    float[] values = new float[ITEMS * DIMENSION];
    float[] row = new float[DIMENSION];
    for (int item = 0; item < ITEMS; item++) {
      near(random, centres, random.nextInt(CLUSTERS), row);
      System.arraycopy(row, 0, values, item * DIMENSION, DIMENSION);
    }
    for (int q = 0; q < QUERIES; q++) {
      queries[q] = new float[DIMENSION];
      near(random, centres, random.nextInt(CLUSTERS), queries[q]);
    }
    return VectorMatrix.copyOf(values, DIMENSION);
  }

  private static void near(Random random, float[] centres, int cluster, float[] target) {
    double norm = 0;
    for (int d = 0; d < DIMENSION; d++) {
      target[d] = centres[cluster * DIMENSION + d] + 0.5f * (float) random.nextGaussian();
      norm += target[d] * target[d];
    }
    for (int d = 0; d < DIMENSION; d++) {
      target[d] /= (float) Math.sqrt(norm);
    }
  }
}
