package dev.hstu.benchmarks.size;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildMemory;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.BuildStep;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.memory.MemorySize;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.tables.AttributeTable;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.roaringbitmap.RoaringBitmap;

/// The process inside the cgroup: builds a generation of int8 partitions or searches one, and
/// prints one line of JSON.
///
/// Arguments: `build` FOLDER RAM SHARDS, or `search` FOLDER QUERIES K RECALL_QUERIES.
final class SizeChild {

  private static final int WARM_UP = 50;

  private SizeChild() {}

  public static void main(String[] arguments) throws IOException {
    PrintStream out = System.out;
    SizeFolder folder = new SizeFolder(Path.of(arguments[1]));
    Object result =
        switch (arguments[0]) {
          case "build" ->
              build(folder, MemorySize.parse(arguments[2]), Integer.parseInt(arguments[3]));
          case "search" ->
              search(
                  folder,
                  Integer.parseInt(arguments[2]),
                  Integer.parseInt(arguments[3]),
                  Integer.parseInt(arguments[4]));
          default -> throw new IllegalArgumentException("no work '" + arguments[0] + "'");
        };
    out.println(new ObjectMapper().writeValueAsString(result));
  }

  private static SizeBuild build(SizeFolder folder, long ram, int shards) throws IOException {
    long start = System.nanoTime();
    IndexSettings settings;
    Catalog catalog;
    String fingerprint;
    try (ItemVectors vectors = ItemVectors.open(folder.vectors())) {
      settings =
          BuildMemory.fit(
              IndexSettings.partitions(new PartitionSettings(IvfEncoding.INT8)).withShards(shards),
              vectors,
              ram);
      int items = vectors.ids().size();
      catalog = new Catalog(vectors.ids(), AttributeTable.withoutColumns(items), new long[items]);
      fingerprint = vectors.modelFingerprint();
    }
    StepSeconds steps = new StepSeconds();
    GenerationManifest manifest =
        IndexBuilder.build(
            new BuildRequest(
                folder.store(),
                folder.model(),
                fingerprint,
                folder.vectors(),
                catalog,
                settings,
                Runtime.getRuntime().availableProcessors(),
                GenerationEvaluator.NONE,
                Instant.now()),
            steps);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new SizeBuild(
        manifest.id(),
        manifest.items(),
        settings.shards(),
        seconds,
        steps.ended(),
        manifest.files().entrySet().stream()
            .filter(file -> file.getKey().startsWith("index/") && !file.getKey().endsWith(".ipv"))
            .mapToLong(file -> file.getValue().bytes())
            .sum(),
        manifest.bytes(),
        Runtime.getRuntime().maxMemory());
  }

  private static SizeSearch search(SizeFolder folder, int count, int k, int recallQueries)
      throws IOException {
    long start = System.nanoTime();
    GenerationStore store = folder.store();
    try (Generation generation = store.open(store.latestId().orElseThrow())) {
      double openSeconds = (System.nanoTime() - start) / 1e9;
      float[][] queries = queries(folder.queries(), generation.index().dimension());
      Candidates found = new Candidates(k);
      SearchOptions options = generation.searchOptions();
      long first = System.nanoTime();
      for (int q = 0; q < WARM_UP; q++) {
        generation.index().search(queries[q], k, ItemFilter.all(), options, found);
      }
      double firstMicros = (System.nanoTime() - first) / 1e3 / WARM_UP;
      double[] micros = new double[count];
      double visited = 0;
      for (int q = 0; q < count; q++) {
        float[] query = queries[(WARM_UP + q) % queries.length];
        long begin = System.nanoTime();
        generation.index().search(query, k, ItemFilter.all(), options, found);
        micros[q] = (System.nanoTime() - begin) / 1e3;
        visited += found.visited();
      }
      Arrays.sort(micros);
      return new SizeSearch(
          generation.manifest().items(),
          k,
          count,
          openSeconds,
          firstMicros,
          micros[count / 2],
          micros[(int) (count * .99)],
          visited / count,
          heapInUse(),
          recall(generation, Arrays.copyOf(queries, recallQueries), k, options));
    }
  }

  private static double recall(
      Generation generation, float[][] queries, int k, SearchOptions options) {
    if (queries.length == 0) {
      return -1;
    }
    List<Candidates> truths = new ArrayList<>();
    for (int q = 0; q < queries.length; q++) {
      truths.add(new Candidates(k));
    }
    generation
        .exactScan()
        .searchBatch(
            queries,
            k,
            Collections.nCopies(queries.length, ItemFilter.all()),
            SearchOptions.EXACT,
            truths);
    Candidates found = new Candidates(k);
    long hits = 0;
    for (int q = 0; q < queries.length; q++) {
      generation.index().search(queries[q], k, ItemFilter.all(), options, found);
      RoaringBitmap wanted = RoaringBitmap.bitmapOf(truths.get(q).rows());
      hits += Arrays.stream(found.rows()).filter(wanted::contains).count();
    }
    return (double) hits / ((long) queries.length * k);
  }

  private static float[][] queries(Path file, int dimension) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment values = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      ValueLayout.OfFloat layout =
          ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
      float[][] queries = new float[(int) (channel.size() / Float.BYTES / dimension)][dimension];
      for (int q = 0; q < queries.length; q++) {
        MemorySegment.copy(
            values, layout, (long) q * dimension * Float.BYTES, queries[q], 0, dimension);
      }
      return queries;
    }
  }

  private static long heapInUse() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /// Takes the time of each step.
  private static final class StepSeconds implements BuildListener {

    private final SortedMap<String, Double> seconds = new TreeMap<>();
    private long begun = System.nanoTime();

    @Override
    public void at(BuildStep step, long done, long total) {
      if (done == 0) {
        begun = System.nanoTime();
      }
      seconds.put(step.name().toLowerCase(Locale.ROOT), (System.nanoTime() - begun) / 1e9);
    }

    SortedMap<String, Double> ended() {
      return seconds;
    }
  }
}
