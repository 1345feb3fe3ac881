package dev.hstu.benchmarks.micro;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
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
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How many queries a second does each index answer at equal recall, on one thread, side by side?
/// Indexes take turns, a slice of queries each, so that all see the same weather; the medians over
/// the slices are compared. The graph's beam is searched for on one half of the queries, the
/// partitions are calibrated on it, and recall and time are taken on the other.
///
/// `java … SearchComparison [items] [slices] [graph|nograph]`
public final class SearchComparison {

  private static final int DIMENSION = 64;
  private static final int QUERIES = 512;
  private static final int BATCH = 32;
  private static final int[] KS = {100, 500};
  private static final double[] RECALLS = {.95, .99};
  private static final int[] BEAMS = {
    100, 150, 200, 250, 300, 400, 500, 550, 600, 700, 800, 1_000, 1_250, 1_500, 2_000, 3_000, 4_000
  };

  private final VectorMatrix vectors;
  private final float[][] tuning;
  private final float[][] queries;
  private final int slices;
  private final ExactScan scan;

  private SearchComparison(MixtureVectors source, int items, int slices) {
    this.vectors = source.matrix(items);
    this.tuning = source.queries(QUERIES);
    this.queries = source.queries(QUERIES);
    this.slices = slices;
    this.scan = new ExactScan(vectors);
  }

  /// One index and how it is asked.
  private record Contender(String name, ItemIndex index, SearchOptions options, int batch) {}

  public static void main(String[] arguments) throws IOException {
    int items = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
    int slices = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
    boolean withGraph = arguments.length < 3 || arguments[2].equals("graph");
    Path folder = Files.createTempDirectory("search-comparison");
    try {
      new SearchComparison(new MixtureVectors(DIMENSION, 7), items, slices).run(folder, withGraph);
    } finally {
      DurableFiles.deleteRecursively(folder);
    }
  }

  private void run(Path folder, boolean withGraph) throws IOException {
    System.out.printf(
        Locale.ROOT, "%,d x %d, %d queries, one thread%n", vectors.rows(), DIMENSION, QUERIES);
    try (PartitionIndex floats = partitions(folder.resolve("float32"), IvfEncoding.FLOAT32);
        PartitionIndex codes = partitions(folder.resolve("int8"), IvfEncoding.INT8)) {
      if (withGraph) {
        try (GraphIndex graph = graph(folder.resolve("graph"))) {
          compareAll(floats, codes, graph);
        }
      } else {
        compareAll(floats, codes, null);
      }
    }
  }

  private PartitionIndex partitions(Path shard, IvfEncoding encoding) throws IOException {
    long start = System.nanoTime();
    IvfSettings settings = IvfSettings.DEFAULT.withEncoding(encoding).withSampleQueries(tuning);
    PartitionIndexWriter.write(shard, vectors, 0, vectors.rows(), settings, IndexProgress.NONE);
    reportBuild("partitions " + encoding, shard, start);
    return PartitionIndex.open(List.of(shard), vectors);
  }

  private GraphIndex graph(Path shard) throws IOException {
    long start = System.nanoTime();
    GraphIndexWriter.write(
        shard, vectors, 0, vectors.rows(), GraphSettings.DEFAULT, 2, IndexProgress.NONE);
    reportBuild("graph, 2 workers", shard, start);
    return GraphIndex.open(List.of(shard), vectors);
  }

  private void reportBuild(String name, Path shard, long start) throws IOException {
    double seconds = (System.nanoTime() - start) / 1e9;
    long bytes = 0;
    try (var files = Files.list(shard)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "built %-22s %7.1f s %6.1f bytes an item%n",
        name,
        seconds,
        (double) bytes / vectors.rows());
  }

  private void compareAll(PartitionIndex floats, PartitionIndex codes, @Nullable GraphIndex graph) {
    for (int k : KS) {
      float[] floors = floors(k, queries);
      float[] tuningFloors = graph == null ? new float[0] : floors(k, tuning);
      for (double recall : RECALLS) {
        SearchOptions options = SearchOptions.recall(recall);
        List<Contender> contenders = new ArrayList<>();
        if (graph != null) {
          contenders.add(new Contender("graph", graph, beam(graph, k, recall, tuningFloors), 1));
        }
        contenders.add(new Contender("partitions float32", floats, options, 1));
        contenders.add(new Contender("partitions int8", codes, options, 1));
        contenders.add(new Contender("partitions float32", floats, options, BATCH));
        contenders.add(new Contender("partitions int8", codes, options, BATCH));
        if (recall == RECALLS[0]) {
          contenders.add(new Contender("exact", scan, SearchOptions.EXACT, 1));
          contenders.add(new Contender("exact", scan, SearchOptions.EXACT, BATCH));
        }
        compare(k, recall, contenders, floors);
      }
    }
  }

  private void compare(int k, double recall, List<Contender> contenders, float[] floors) {
    System.out.printf(Locale.ROOT, "%nK=%d, recall %.2f%n", k, recall);
    List<List<Double>> micros = new ArrayList<>();
    for (Contender contender : contenders) {
      slice(contender, k, 0);
      micros.add(new ArrayList<>());
    }
    for (int slice = 0; slice < slices; slice++) {
      for (int i = 0; i < contenders.size(); i++) {
        micros.get(i).add(slice(contenders.get(i), k, slice));
      }
    }
    double base = median(micros.get(0));
    for (int i = 0; i < contenders.size(); i++) {
      Contender contender = contenders.get(i);
      double median = median(micros.get(i));
      System.out.printf(
          Locale.ROOT,
          "%-20s batch %2d  recall %.4f  %9.1f us/query (%.1f..%.1f)  %8.0f queries/s  %5.2fx  %8.0f"
              + " visited%n",
          contender.name(),
          contender.batch(),
          recall(contender, k, queries, floors),
          median,
          Collections.min(micros.get(i)),
          Collections.max(micros.get(i)),
          1e6 / median,
          base / median,
          visited(contender, k));
    }
  }

  /// Microseconds a query.
  private double slice(Contender contender, int k, int slice) {
    int count = contender.index() == scan ? BATCH : 128;
    int from = slice * 128 % QUERIES;
    float[][] own = Arrays.copyOfRange(queries, from, from + count);
    List<Candidates> targets = targets(k, contender.batch());
    List<ItemFilter> filters = Collections.nCopies(contender.batch(), ItemFilter.all());
    long start = System.nanoTime();
    for (int q = 0; q < count; q += contender.batch()) {
      if (contender.batch() == 1) {
        contender.index().search(own[q], k, ItemFilter.all(), contender.options(), targets.get(0));
      } else {
        float[][] batch = Arrays.copyOfRange(own, q, q + contender.batch());
        contender.index().searchBatch(batch, k, filters, contender.options(), targets);
      }
    }
    return (System.nanoTime() - start) / 1e3 / count;
  }

  private static List<Candidates> targets(int k, int count) {
    List<Candidates> targets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      targets.add(new Candidates(k));
    }
    return targets;
  }

  private SearchOptions beam(GraphIndex graph, int k, double recall, float[] floors) {
    for (int beam : BEAMS) {
      SearchOptions options = SearchOptions.graph(beam);
      if (beam >= k
          && recall(new Contender("graph", graph, options, 1), k, tuning, floors) >= recall) {
        System.out.printf(Locale.ROOT, "beam %d for recall@%d %.2f%n", beam, k, recall);
        return options;
      }
    }
    System.out.printf(
        Locale.ROOT, "the graph stays below recall@%d %.2f: don't compare its time%n", k, recall);
    return SearchOptions.graph(BEAMS[BEAMS.length - 1]);
  }

  /// The exact k-th best score of every query.
  private float[] floors(int k, float[][] of) {
    float[] floors = new float[of.length];
    for (int first = 0; first < of.length; first += BATCH) {
      List<Candidates> targets = targets(k, BATCH);
      scan.searchBatch(
          Arrays.copyOfRange(of, first, first + BATCH),
          k,
          Collections.nCopies(BATCH, ItemFilter.all()),
          SearchOptions.EXACT,
          targets);
      for (int i = 0; i < BATCH; i++) {
        floors[first + i] = targets.get(i).score(k - 1);
      }
    }
    return floors;
  }

  private double recall(Contender contender, int k, float[][] of, float[] floors) {
    if (contender.index() == scan) {
      return 1;
    }
    Candidates found = new Candidates(k);
    long hits = 0;
    for (int q = 0; q < of.length; q++) {
      contender.index().search(of[q], k, ItemFilter.all(), contender.options(), found);
      for (int i = 0; i < found.size() && found.score(i) >= floors[q]; i++) {
        hits++;
      }
    }
    return (double) hits / ((long) of.length * k);
  }

  private double visited(Contender contender, int k) {
    if (contender.index() == scan) {
      return vectors.rows();
    }
    Candidates found = new Candidates(k);
    long visited = 0;
    for (float[] query : queries) {
      contender.index().search(query, k, ItemFilter.all(), contender.options(), found);
      visited += found.visited();
    }
    return (double) visited / queries.length;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
