package dev.hstu.benchmarks.contenders;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The indexes over one set of vectors, a folder each, built when first asked for and kept with
/// what they cost.
///
/// @param folder of all of them
/// @param buildThreads that a build may use
/// @param remarks hears of builds, which take minutes
public record IndexStore(Path folder, int buildThreads, Consumer<String> remarks) {

  /// Written last, so that its presence says that the index is whole.
  private static final String COST = "cost.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /// Builds an index into an empty folder.
  @FunctionalInterface
  interface Build {
    /// @return the bytes that it holds in memory beside its files
    long into(Path folder) throws IOException;
  }

  /// Where an index is.
  Path of(String index) {
    return folder.resolve(index);
  }

  /// Builds the index unless it is there.
  IndexCost built(String index, Build build) throws IOException {
    Path target = of(index);
    Path record = target.resolve(COST);
    if (Files.exists(record)) {
      return JSON.readValue(record.toFile(), IndexCost.class);
    }
    if (Files.exists(target)) {
      DurableFiles.deleteRecursively(target);
    }
    Files.createDirectories(target);
    remarks.accept("building %s".formatted(index));
    long cpu = cpuNanos();
    long wall = System.nanoTime();
    long held = build.into(target);
    double wallSeconds = (System.nanoTime() - wall) / 1e9;
    double cpuSeconds = (cpuNanos() - cpu) / 1e9;
    long files = bytes(target);
    IndexCost cost = new IndexCost(wallSeconds, cpuSeconds, buildThreads, files, files + held);
    DurableFiles.writeAtomically(record, JSON.writeValueAsBytes(cost));
    remarks.accept("built %s in %.1f s, %.1f s of CPU".formatted(index, wallSeconds, cpuSeconds));
    return cost;
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static long bytes(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
