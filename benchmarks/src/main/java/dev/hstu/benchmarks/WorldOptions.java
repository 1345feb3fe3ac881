package dev.hstu.benchmarks;

import dev.hstu.benchmarks.service.ServedWorld;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.cli.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Which catalogue is served, and where it lies.
final class WorldOptions {

  @Option(names = "--items", defaultValue = "1000000", description = "default: ${DEFAULT-VALUE}")
  private int items;

  @Option(names = "--seed", defaultValue = "1", description = "default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--work",
      required = true,
      description =
          "folder of the catalogue and of the servers' messages; a catalogue that is there is used"
              + " again")
  private Path work = Path.of("");

  /// Where the servers' messages go.
  Path work() {
    return work.toAbsolutePath();
  }

  /// The catalogue, built where it isn't there.
  ServedWorld world(Console console) throws IOException {
    Path folder = work().resolve("world-%d-%d".formatted(items, seed));
    Path generations = folder.resolve("generations");
    // The model and the vectors it is built from are deleted last.
    if (Files.exists(generations.resolve("CURRENT")) && !Files.exists(folder.resolve("parts"))) {
      return new ServedWorld(generations, items);
    }
    console.remark("building %,d × %d".formatted(items, ServedWorld.DIMENSION));
    if (Files.exists(folder)) {
      DurableFiles.deleteRecursively(folder);
    }
    return ServedWorld.build(Files.createDirectories(folder), items, seed);
  }
}
