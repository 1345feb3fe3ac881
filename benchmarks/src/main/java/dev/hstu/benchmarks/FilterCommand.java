package dev.hstu.benchmarks;

import dev.hstu.benchmarks.filter.FilterComparison;
import dev.hstu.benchmarks.filter.FilterReport;
import dev.hstu.benchmarks.search.Clock;
import dev.hstu.benchmarks.vectors.FloatVectorFile;
import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.MixtureVectors;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.filter.FilterCompiler;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.IndexProgress;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndexWriter;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import dev.hstu.retrieval.cli.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench filter`: what a named set costs a search.
@Command(
    name = "filter",
    description = {
      "Searches int8 partitions with and without a named set of items, taking turns, on one thread:",
      "what is in it, what isn't, and none. Answers are checked against the exact scan first.",
      "Example: hstu bench filter --items 10000000 --set 5000000 --work bench-work"
    },
    mixinStandardHelpOptions = true)
final class FilterCommand implements Callable<Integer> {

  private static final String SET = "set";
  private static final long SEED = 7;

  @Option(names = "--items", defaultValue = "1000000", description = "default: ${DEFAULT-VALUE}")
  private int items;

  @Option(
      names = "--set",
      defaultValue = "500000",
      description = "items of the set, drawn at random; default: ${DEFAULT-VALUE}")
  private int setSize;

  @Option(names = "--dimension", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
  private int dimension;

  @Option(names = "--k", defaultValue = "500", description = "default: ${DEFAULT-VALUE}")
  private int k;

  @Option(names = "--recall", defaultValue = ".95", description = "default: ${DEFAULT-VALUE}")
  private double recall;

  @Option(names = "--query-count", defaultValue = "500", description = "default: ${DEFAULT-VALUE}")
  private int queryCount;

  @Option(
      names = "--checked",
      defaultValue = "20",
      description = "queries answered exactly too; default: ${DEFAULT-VALUE}")
  private int checked;

  @Option(names = "--rounds", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Mixin private ClockOption clock = new ClockOption();

  @Mixin private KeptFolder work = new KeptFolder();

  @Mixin private ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException {
    if (items < 1 || setSize < 0 || setSize > items) {
      throw new UserError("--set %d must be within 0..--items %d".formatted(setSize, items));
    }
    if (rounds < 1 || queryCount < 1) {
      throw new UserError(
          "--rounds %d and --query-count %d must be at least 1".formatted(rounds, queryCount));
    }
    Console console = report.console();
    try (KeptFolder.Opened folder = work.open("bench-filter");
        Arena arena = Arena.ofShared()) {
      String name = "filter-%dx%d".formatted(items, dimension);
      Path of = Files.createDirectories(folder.path().resolve(name));
      FilterReport result = run(console, of, arena);
      if (console.json()) {
        console.printJson(result);
      } else {
        console.print(table(result));
      }
      return 0;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private FilterReport run(Console console, Path folder, Arena arena) throws IOException {
    MixtureVectors mixture = new MixtureVectors(MixtureShape.CLUSTERED, dimension, SEED);
    Path file = folder.resolve("base.fbin");
    if (!Files.exists(file)) {
      console.remark("drawing %d vectors".formatted(items));
      mixture.writeItems(file, items, rows -> {});
    }
    VectorMatrix vectors = FloatVectorFile.map(file, arena);
    try (OpenIndex index = index(console, folder, vectors)) {
      FilterComparison comparison =
          new FilterComparison(
              index,
              new ExactScan(vectors),
              mixture.queries(queryCount),
              k,
              SearchOptions.recall(recall),
              nanos());
      List<FilterReport.Row> rows = comparison.compare(filters(console, folder), rounds, checked);
      return new FilterReport(
          items, setSize, dimension, k, recall, rounds, clock.clock().toString(), rows);
    }
  }

  private LongSupplier nanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return clock.clock() == Clock.WALL ? System::nanoTime : threads::getCurrentThreadCpuTime;
  }

  private static OpenIndex index(Console console, Path folder, VectorMatrix vectors)
      throws IOException {
    IndexSettings settings = IndexSettings.partitions(new PartitionSettings(IvfEncoding.INT8));
    Path shard = folder.resolve("index");
    Path whole = folder.resolve("index.whole");
    if (!Files.exists(whole)) {
      console.remark("building int8 partitions");
      DurableFiles.deleteRecursively(shard);
      ItemIndexWriter.write(List.of(shard), vectors, settings, 2, IndexProgress.NONE);
      DurableFiles.writeAtomically(whole, new byte[0]);
    }
    return OpenIndex.open(settings, List.of(shard), vectors, 1);
  }

  /// As a request's filter becomes one: a set registered by id, named by a rule.
  private SequencedMap<String, ItemFilter> filters(Console console, Path folder)
      throws IOException {
    long[] ids = new long[items];
    for (int row = 0; row < items; row++) {
      ids[row] = row;
    }
    Catalog catalog =
        new Catalog(IdTable.ofLongs(ids), AttributeTable.withoutColumns(items), new long[items]);
    NamedSets sets = NamedSets.open(folder.resolve("sets"));
    long start = System.nanoTime();
    sets.register(SET, IdTable.ofLongs(drawn(ids)));
    long registered = System.nanoTime();
    FilterCompiler compiler = FilterCompiler.of(catalog, sets);
    compiler.resolveSets();
    console.remark(
        "set registered in %d ms, resolved in %d ms"
            .formatted(
                (registered - start) / 1_000_000, (System.nanoTime() - registered) / 1_000_000));
    ItemView view = ItemView.of(catalog);
    SequencedMap<String, ItemFilter> filters = new LinkedHashMap<>();
    filters.put("none", ItemFilter.all());
    filters.put("in the set", compiler.compile(new FilterRule.InSet(SET), view));
    filters.put("not in the set", compiler.compile(FilterRule.notInSet(SET), view));
    return filters;
  }

  /// The first of a shuffle.
  private long[] drawn(long[] ids) {
    SplittableRandom random = new SplittableRandom(SEED);
    long[] shuffled = ids.clone();
    for (int i = 0; i < setSize; i++) {
      int other = random.nextInt(i, items);
      long swapped = shuffled[i];
      shuffled[i] = shuffled[other];
      shuffled[other] = swapped;
    }
    return Arrays.copyOf(shuffled, setSize);
  }

  private static Table table(FilterReport report) {
    Table table =
        new Table(
            "filter", "path", "recall", "visits", "p50 µs", "p99 µs", "p50 ratio", "p99 ratio");
    report.rows().forEach(row -> table.row(row.cells()));
    return table;
  }
}
