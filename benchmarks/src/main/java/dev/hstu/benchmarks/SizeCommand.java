package dev.hstu.benchmarks;

import dev.hstu.benchmarks.size.SizeData;
import dev.hstu.benchmarks.size.SizeReport;
import dev.hstu.benchmarks.size.SizeRun;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.cli.Console;
import dev.hstu.retrieval.cli.ProgressReporter;
import dev.hstu.retrieval.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu bench size`: what indexes of several sizes cost.
@Command(
    name = "size",
    description = {
      "Builds int8 partitions over seeded clustered vectors and searches them, each in a process of",
      "its own inside a memory cgroup that bounds heap, native memory and page cache together.",
      "Making cgroups takes root. 10,000,000 items take 10 GB under --work, which is emptied after.",
      "Example: hstu bench size --items 100000,1000000,10000000 --build-ram 5g --search-ram 3500m,1500m"
    },
    mixinStandardHelpOptions = true)
final class SizeCommand implements Callable<Integer> {

  private static final int MAX_QUERIES = 100_000;

  @Option(
      names = "--items",
      split = ",",
      defaultValue = "100000,1000000,10000000",
      description = "default: ${DEFAULT-VALUE}")
  private List<Integer> items = List.of();

  @Option(names = "--dimension", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
  private int dimension;

  @Option(names = "--build-ram", defaultValue = "5g", description = "default: ${DEFAULT-VALUE}")
  private String buildRam = "";

  @Option(
      names = "--search-ram",
      split = ",",
      defaultValue = "3500m,1500m",
      description = "bounds of the searches, the roomiest first; default: ${DEFAULT-VALUE}")
  private List<String> ram = List.of();

  @Option(
      names = "--shards",
      defaultValue = "1",
      description = "shards at least; the build makes more where its bound asks for them")
  private int shards;

  @Option(names = "--k", defaultValue = "500", description = "default: ${DEFAULT-VALUE}")
  private int k;

  @Option(names = "--query-count", defaultValue = "1000", description = "default: ${DEFAULT-VALUE}")
  private int queryCount;

  @Option(
      names = "--recall-queries",
      defaultValue = "32",
      description = "compared with the exact scan under the first bound; default: ${DEFAULT-VALUE}")
  private int recallQueries;

  @Option(names = "--unbounded", description = "without cgroups; memory isn't measured then")
  private boolean unbounded;

  @Option(names = "--work", required = true, description = "scratch folder, new or empty")
  private Path work = Path.of("");

  @Mixin private ReportOptions report = new ReportOptions();

  @Override
  public Integer call() throws IOException {
    if (queryCount < 1 || queryCount > MAX_QUERIES) {
      throw new UserError(
          "--query-count=%d must be within 1..%d".formatted(queryCount, MAX_QUERIES));
    }
    Console console = report.console();
    List<SizeReport.Size> sizes = new ArrayList<>();
    for (int count : items) {
      Path folder = work.resolve(Integer.toString(count));
      if (Files.exists(folder)) {
        throw new UserError(folder + " exists already; give an empty --work");
      }
      try {
        sizes.add(measure(console, folder, count));
      } finally {
        if (Files.exists(folder)) {
          DurableFiles.deleteRecursively(folder);
        }
      }
    }
    SizeReport result = new SizeReport(sizes);
    if (console.json()) {
      console.printJson(result);
    } else {
      console.print(result.builds());
      console.print(result.searches());
    }
    return 0;
  }

  private SizeReport.Size measure(Console console, Path folder, int count) throws IOException {
    try (ProgressReporter progress = console.progress("vectors", count, "items")) {
      SizeData.write(folder, count, dimension, queryCount, progress::at);
    }
    SizeRun run = new SizeRun(folder, !unbounded);
    return run.measure(buildRam, shards, ram, count, queryCount, k, recallQueries);
  }
}
