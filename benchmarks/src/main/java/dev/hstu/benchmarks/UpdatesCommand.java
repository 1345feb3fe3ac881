package dev.hstu.benchmarks;

import dev.hstu.benchmarks.updates.UpdateLoad;
import dev.hstu.benchmarks.updates.UpdateLoadResult;
import dev.hstu.benchmarks.updates.UpdateLoadSettings;
import dev.hstu.benchmarks.vectors.FloatVectorFile;
import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.MixtureVectors;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.live.LiveIndex;
import dev.hstu.index.live.LiveSettings;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.Table;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench updates`: what a steady stream of updates costs the searches beside it.
@Command(
    name = "updates",
    description = {
      "Builds a generation of seeded clustered vectors and searches it from one thread, first alone,",
      "then beside durable updates at a fixed rate, then alone again."
    },
    mixinStandardHelpOptions = true)
final class UpdatesCommand implements Callable<Integer> {

  /// Stands for the fingerprint of a model that nobody trained.
  private static final String FINGERPRINT = "0".repeat(64);

  private static final int QUERIES = 1_000;

  /// Vectors for updates; then they repeat.
  private static final int FRESH = 100_000;

  @Option(names = "--items", defaultValue = "1000000", description = "default: ${DEFAULT-VALUE}")
  private int items;

  @Option(names = "--dimension", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
  private int dimension;

  @Option(
      names = "--type",
      defaultValue = "PARTITIONS",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private IndexType type = IndexType.PARTITIONS;

  @Option(names = "--k", defaultValue = "500", description = "default: ${DEFAULT-VALUE}")
  private int k;

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "updates a second; default: ${DEFAULT-VALUE}")
  private int rate;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "beside updates; default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--quiet-seconds",
      defaultValue = "20",
      description = "without, before and after; default: ${DEFAULT-VALUE}")
  private int quietSeconds;

  @Option(names = "--seed", defaultValue = "1", description = "default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--work",
      description =
          "folder for vectors, generation and log, deleted afterwards; default: a new one")
  private Path work = Path.of("");

  @Mixin private ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Console console = report.console();
    Path parent = Files.createDirectories(work.toAbsolutePath());
    Path folder = Files.createTempDirectory(parent, "updates-");
    try (Arena arena = Arena.ofShared()) {
      console.remark("building %,d × %d, %s".formatted(items, dimension, type));
      MixtureVectors source = new MixtureVectors(MixtureShape.CLUSTERED, dimension, seed);
      Path file = folder.resolve("items.fbin");
      source.writeItems(file, items + FRESH, rows -> {});
      VectorMatrix all = FloatVectorFile.map(file, arena);
      GenerationStore store = GenerationStore.at(folder.resolve("generations"));
      UpdateLoadSettings settings =
          new UpdateLoadSettings(
              items, k, rate, Duration.ofSeconds(quietSeconds), Duration.ofSeconds(seconds), seed);
      try (Generation generation = store.open(build(store, folder, all));
          LiveIndex live =
              LiveIndex.open(
                  generation, store.root().resolve(UpdateLog.FOLDER), LiveSettings.DEFAULT)) {
        console.remark(
            "searching for %d s alone and %d s beside %d updates a second"
                .formatted(quietSeconds, seconds, rate));
        UpdateLoadResult result =
            new UpdateLoad(live, all.slice(items, FRESH), source.queries(QUERIES), settings).run();
        print(console, result);
      }
    } finally {
      DurableFiles.deleteRecursively(folder);
    }
    return 0;
  }

  private String build(GenerationStore store, Path folder, VectorMatrix all) throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    IdTable ids = IdTable.ofLongs(LongStream.range(0, items).toArray());
    Path vectors = folder.resolve("vectors.safetensors");
    ItemVectors.write(vectors, ids, FINGERPRINT, dimension, all::copyRow);
    Catalog catalog = new Catalog(ids, AttributeTable.withoutColumns(items), new long[items]);
    BuildRequest request =
        new BuildRequest(
            store,
            model,
            FINGERPRINT,
            vectors,
            catalog,
            IndexSettings.DEFAULT.withType(type),
            Math.min(2, Runtime.getRuntime().availableProcessors()),
            GenerationEvaluator.NONE,
            Instant.now());
    return IndexBuilder.build(request, BuildListener.NONE).id();
  }

  private static void print(Console console, UpdateLoadResult result) {
    if (console.json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("before_micros", percentiles(result.before()));
      document.put("beside_micros", percentiles(result.beside()));
      document.put("after_micros", percentiles(result.after()));
      document.put("p99_ratio", result.p99Ratio());
      document.put("acknowledged_millis", percentiles(result.acknowledged()));
      document.put("searchable_millis", percentiles(result.searchable()));
      document.put("updates_per_second", result.updatesPerSecond());
      document.put("status", result.status());
      console.printJson(document);
      return;
    }
    Table table = new Table("", "count", "p50", "p99", "p99.9", "max");
    row(table, "search alone, µs", result.before());
    row(table, "search beside updates, µs", result.beside());
    row(table, "search afterwards, µs", result.after());
    row(table, "update durable, ms", result.acknowledged());
    row(table, "update searchable, ms", result.searchable());
    console.print(table);
    console.print(
        String.format(
            Locale.ROOT,
            "%.0f updates/s; p99 of search beside updates %.2f times that alone; %s",
            result.updatesPerSecond(),
            result.p99Ratio(),
            result.status()));
  }

  private static Map<String, Long> percentiles(Histogram histogram) {
    Map<String, Long> values = new LinkedHashMap<>();
    values.put("count", histogram.getTotalCount());
    values.put("p50", histogram.getValueAtPercentile(50));
    values.put("p99", histogram.getValueAtPercentile(99));
    values.put("p99.9", histogram.getValueAtPercentile(99.9));
    values.put("max", histogram.getMaxValue());
    return values;
  }

  private static void row(Table table, String name, Histogram histogram) {
    String[] cells = new String[6];
    cells[0] = name;
    int i = 1;
    for (long value : percentiles(histogram).values()) {
      cells[i++] = Long.toString(value);
    }
    table.row(cells);
  }
}
