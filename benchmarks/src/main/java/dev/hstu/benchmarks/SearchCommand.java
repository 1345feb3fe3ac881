package dev.hstu.benchmarks;

import dev.hstu.benchmarks.contenders.Contender;
import dev.hstu.benchmarks.contenders.ContenderKind;
import dev.hstu.benchmarks.contenders.Contenders;
import dev.hstu.benchmarks.contenders.IndexCost;
import dev.hstu.benchmarks.contenders.IndexStore;
import dev.hstu.benchmarks.search.Measurement;
import dev.hstu.benchmarks.search.SearchComparison;
import dev.hstu.benchmarks.search.SearchReport;
import dev.hstu.benchmarks.search.Target;
import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.SearchData;
import dev.hstu.benchmarks.vectors.VectorSource;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.index.scan.ScanKernel;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.ProgressReporter;
import dev.hstu.retrieval.cli.UserError;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench search`: indexes side by side at equal recall.
@Command(
    name = "search",
    description = {
      "Compares indexes at equal recall: ours, Lucene's graph, JVector and, with --peers, C++ libraries.",
      "Each is tuned to just reach the recall on one half of the queries; then all take turns on the",
      "other half, on one thread. Ratios are between medians of one run, to the first contender.",
      "Vectors are made from a seed, or read from .fbin files, or those of a trained model.",
      "Example: hstu bench search --rows 200000 --k 100,500 --recall .95,.99 --work bench-work --peers"
    },
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {

  @Option(names = "--rows", defaultValue = "1000000", description = "default: ${DEFAULT-VALUE}")
  private int rows;

  @Option(names = "--dimension", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
  private int dimension;

  @Option(
      names = "--variant",
      defaultValue = "clustered",
      description = "clustered or diffuse; default: ${DEFAULT-VALUE}")
  private String variant = "";

  @Option(names = "--seed", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--query-count",
      defaultValue = "1024",
      description = "queries made, one half for tuning; default: ${DEFAULT-VALUE}")
  private int queryCount;

  @ArgGroup(exclusive = false, heading = "Vectors from files as in big-ann-benchmarks:%n")
  private @Nullable VectorFiles files;

  @ArgGroup(exclusive = false, heading = "Vectors of a trained model and embeddings of users:%n")
  private @Nullable ModelFiles model;

  @Option(
      names = "--k",
      split = ",",
      defaultValue = "100,500",
      description = "default: ${DEFAULT-VALUE}")
  private List<Integer> ks = List.of();

  @Option(
      names = "--recall",
      split = ",",
      defaultValue = ".95,.99",
      description = "default: ${DEFAULT-VALUE}")
  private List<Double> recalls = List.of();

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "queries a call of the batched contenders; default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(names = "--rounds", defaultValue = "11", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Mixin private ClockOption clock = new ClockOption();

  @Option(
      names = "--contenders",
      split = ",",
      description = {
        "lucene, graph, graph-int8, partitions, partitions-int8, partitions-batch,",
        "partitions-int8-batch, exact, exact-batch, exact-int8, exact-int8-batch, jvector, auto (the",
        "fastest of ours on the tuning queries); faiss, hnswlib, exact-cpp. Default: all that run in Java"
      })
  private List<String> contenders = List.of();

  @Option(
      names = "--peers",
      description = "the C++ peers too, which benchmarks/peers/build.sh builds")
  private boolean peers;

  @Option(
      names = "--drivers",
      defaultValue = "benchmarks/peers/bin",
      description = "folder of the built peers; default: ${DEFAULT-VALUE}")
  private Path drivers = Path.of("");

  @Option(
      names = "--build-threads",
      defaultValue = "2",
      description = "of every build; default: ${DEFAULT-VALUE}")
  private int buildThreads;

  @Mixin private KeptFolder work = new KeptFolder();

  @Mixin private ReportOptions report = new ReportOptions();

  @Option(names = "--html", description = "also write the result as a page")
  private @Nullable Path html;

  /// Vectors from files.
  static final class VectorFiles {
    @Option(names = "--base", required = true, description = "vectors, .fbin")
    private Path base = Path.of("");

    @Option(names = "--queries", required = true, description = "queries, .fbin")
    private Path queries = Path.of("");

    @Option(names = "--truth", description = "the exact best, .ibin; default: scanned for")
    private @Nullable Path truth;
  }

  /// Vectors of a model.
  static final class ModelFiles {
    @Option(names = "--model", required = true, description = "folder that `hstu train` wrote")
    private Path model = Path.of("");

    @Option(names = "--data", required = true, description = "prepared data of the same items")
    private Path data = Path.of("");
  }

  @Override
  public Integer call() throws IOException {
    Console console = report.console();
    List<ContenderKind> kinds = kinds();
    requireDrivers(kinds);
    try (KeptFolder.Opened folder = work.open("bench-search");
        Arena arena = Arena.ofShared()) {
      SearchReport result = run(console, folder.path(), kinds, arena);
      if (console.json()) {
        console.printJson(result);
      } else {
        result.print(console);
      }
      if (html != null) {
        DurableFiles.writeAtomically(html, result.html().getBytes(StandardCharsets.UTF_8));
      }
      return 0;
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private SearchReport run(Console console, Path folder, List<ContenderKind> kinds, Arena arena)
      throws IOException {
    VectorSource source = source();
    Path of = Files.createDirectories(folder.resolve(source.name()));
    SearchData data;
    try (ProgressReporter progress = console.progress("data", -1, "rows")) {
      data = source.open(of, Collections.max(ks), arena, progress::at);
    }
    IndexStore store = new IndexStore(of, buildThreads, console::remark);
    Contenders factory = new Contenders(data, store, batch, drivers);
    List<Contender> opened = new ArrayList<>();
    try {
      List<Contender> choosable = new ArrayList<>();
      for (ContenderKind kind : kinds) {
        if (kind != ContenderKind.AUTO) {
          Contender contender = factory.open(kind);
          opened.add(contender);
          if (kind.isChoosable() && kinds.contains(ContenderKind.AUTO)) {
            choosable.add(contender);
          }
        }
      }
      return compare(console, data, opened, choosable);
    } finally {
      for (Contender contender : opened) {
        contender.close();
      }
    }
  }

  private SearchReport compare(
      Console console, SearchData data, List<Contender> opened, List<Contender> choosable) {
    Map<String, String> facts = facts(data);
    SearchComparison comparison =
        new SearchComparison(data, rounds, clock.clock(), console::remark);
    List<Measurement> measurements = new ArrayList<>();
    for (int k : ks) {
      for (double recall : recalls) {
        measurements.addAll(comparison.compare(new Target(k, recall), opened, choosable));
      }
    }
    Map<String, IndexCost> indexes = new LinkedHashMap<>();
    opened.forEach(contender -> indexes.putIfAbsent(contender.index(), contender.cost()));
    return new SearchReport(facts, indexes, measurements);
  }

  private Map<String, String> facts(SearchData data) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", data.name());
    facts.put("vectors", Integer.toString(data.base().rows()));
    facts.put("dimension", Integer.toString(data.base().dimension()));
    facts.put(
        "queries", "%d tune, %d measure".formatted(data.tuningQueries(), data.measuringQueries()));
    facts.put("rounds", Integer.toString(rounds));
    facts.put("rates by", clock.clock() + " clock");
    facts.put("float32 by", InnerProducts.description());
    facts.put("int8 by", ScanKernel.chosen().description());
    facts.put("java", Runtime.version().toString());
    facts.put(
        "load at start",
        String.format(
            Locale.ROOT,
            "%.1f",
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    return facts;
  }

  private VectorSource source() {
    if (files != null) {
      return new VectorSource.FromFiles(files.base, files.queries, files.truth);
    }
    if (model != null) {
      return new VectorSource.FromModel(model.model, model.data, queryCount, seed);
    }
    return new VectorSource.Generated(shape(), rows, dimension, queryCount, seed);
  }

  private MixtureShape shape() {
    for (MixtureShape shape : MixtureShape.values()) {
      if (shape.name().equalsIgnoreCase(variant)) {
        return shape;
      }
    }
    throw new UserError("--variant '%s' must be clustered or diffuse".formatted(variant));
  }

  private List<ContenderKind> kinds() {
    Set<ContenderKind> kinds = new LinkedHashSet<>();
    try {
      contenders.forEach(name -> kinds.add(ContenderKind.of(name)));
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
    if (contenders.isEmpty()) {
      kinds.addAll(ContenderKind.inJava());
    }
    if (peers) {
      kinds.addAll(ContenderKind.inNativeCode());
    }
    return List.copyOf(kinds);
  }

  private void requireDrivers(List<ContenderKind> kinds) {
    for (ContenderKind kind : kinds) {
      if (kind.isNative() && !Files.isExecutable(drivers.resolve(kind.driver()))) {
        throw new UserError(
            "%s isn't built: run benchmarks/peers/build.sh, which says what it needs, or point --drivers to where it is"
                .formatted(drivers.resolve(kind.driver())));
      }
    }
  }
}
